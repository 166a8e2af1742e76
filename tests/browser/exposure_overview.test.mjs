// The exposure at a glance as a plant's people meet it: figures that lead into the list, charts with their tables, a report to take
// along; without JavaScript, accessible in both themes and sizes.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, shots, signIn, sizes } from './visit.mjs';

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

const as = (...given) => signIn(portal, ...given);

// The server holds advisories against an inventory beside its answers: the page is asked until it has done so.
async function matched(page, path, text) {
  for (let tries = 0; tries < 60; ++tries) {
    await page.goto(portal.url + path);
    if ((await page.textContent('main')).includes(text)) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`${path} never says ${text}`);
}

describe('the exposure at a glance', () => {
  it('leads from the home page into figures, lists and a report, without JavaScript', async () => {
    const { made, page } = await as('Wendy Aumann', { javaScriptEnabled: false });
    await matched(page, '/exposure', 'TDC-2025-001');
    await page.goto(portal.url);
    await page.getByRole('link', { name: /exposure at a glance/ }).click();
    await page.waitForURL(/\/exposure\/overview/);
    const open = Number((await page.locator('.stat b').nth(1).textContent()).replace(/\D/g, ''));
    assert.ok(open > 3, `${open} open matters`);
    // The curve ends with what is open, and its table says so.
    await page.locator('details.fold summary').click();
    assert.equal(await page.locator('details.fold tbody td').first().textContent(), String(open));
    // Something is done: the figure falls, and the change is told with who noted it.
    await page.goto(`${portal.url}/exposure`);
    await page.focus('input[name=match] >> nth=0');
    await page.keyboard.press('Space');
    await page.selectOption('#f-state', 'done');
    await page.fill('#f-evidence', 'Firmware updated');
    await Promise.all([page.waitForURL(/notice=saved/), page.click('button[value=state]')]);
    await page.goto(`${portal.url}/exposure/overview`);
    assert.equal(Number((await page.locator('.stat b').nth(1).textContent()).replace(/\D/g, '')), open - 1);
    assert.match(await page.textContent('main'), /Wendy Aumann/);
    assert.match(await page.textContent('main'), /Firmware updated/);
    // A site of the heat map is the filtered list.
    const site = page.locator('table.heat tbody a').first();
    const name = await site.textContent();
    await site.click();
    await page.waitForURL(/\/exposure\?site=/);
    assert.equal(await page.inputValue('#exposure-site'), name);
    for (const [ending, begins] of [['pdf', '%PDF-'], ['xlsx', 'PK'], ['csv', '\uFEFFwhat_to_do']]) {
      const answer = await page.request.get(`${portal.url}/exposure/report.${ending}?since=week`);
      assert.equal(answer.status(), 200, ending);
      const body = await answer.body();
      assert.ok(body.toString(ending === 'csv' ? 'utf8' : 'latin1').startsWith(begins), ending);
      if (shots) writeFileSync(join(shots, `report.${ending}`), body);
    }
    await made.close();
  });

  it('shows somebody of another plant nothing of it', async () => {
    const { made, page } = await as('Petra Sommer');
    await page.goto(`${portal.url}/exposure/overview`);
    assert.match(await page.textContent('main'), /nothing to hold advisories against/);
    await made.close();
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
        const { made, page } = await as('Wendy Aumann', { viewport, colorScheme, bypassCSP: true });
        await matched(page, '/exposure/overview', 'TDC-2025-001');
        await check(page, `overview ${size} ${colorScheme}`);
        await page.goto(`${portal.url}/exposure/overview?since=visit&days=365`);
        await page.evaluate(() => { for (const each of document.querySelectorAll('main details')) each.open = true; });
        await check(page, `overview year ${size} ${colorScheme}`);
        await made.close();
      });
    }
  }
});
