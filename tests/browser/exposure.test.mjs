// The worklist of exposure as those meet it who run plants: filtered by decision, edited in bulk by keyboard alone and without
// JavaScript, decided by a table of one's own that says what it changes before it does; accessible in both themes and sizes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, signIn, sizes } from './visit.mjs';

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

const as = (...given) => signIn(portal, ...given);

// The server matches and decides beside its answers: programs see how much of it waits.
async function settled(page, enough = 1) {
  for (let tries = 0; tries < 120; ++tries) {
    const answer = await page.request.get(`${portal.url}/api/v1/exposure`);
    const body = await answer.json();
    if (body.items.length >= enough && body.waiting === 0) return body;
    await page.waitForTimeout(250);
  }
  return assert.fail('the matches are never decided');
}

const labels = { act_now: 'act now', mitigate_now: 'mitigate now, patch later', next_outage: 'next outage', accept: 'accept the risk' };

describe('the worklist', () => {
  it('is filtered by decision and counted by site', async () => {
    const { made, page } = await as('Wendy Aumann');
    const { decisions } = await settled(page);
    await page.goto(`${portal.url}/exposure`);
    for (const [name, count] of Object.entries(decisions)) {
      if (!labels[name]) continue;
      const tab = page.locator('.switch').first().getByRole('link', { name: labels[name] });
      assert.match(await tab.textContent(), new RegExp(`${count}$`), name);
    }
    const [name, count] = Object.entries(decisions)[0];
    await page.locator('.switch').first().getByRole('link', { name: labels[name] }).click();
    await page.waitForURL(new RegExp(`decision=${name}`));
    assert.equal(await page.locator('.exposure-list tbody tr').count(), Math.min(count, 50));
    await page.locator('.exposure-list summary').first().click();
    assert.match(await page.locator('.exposure-list details').first().textContent(), /Exploitation/);
    await page.selectOption('#exposure-group', 'site');
    await page.selectOption('#exposure-sort', 'due');
    await Promise.all([page.waitForURL(/group=site/), page.getByRole('button', { name: 'Filter' }).click()]);
    assert.match(page.url(), new RegExp(`decision=${name}`), 'the tab stays');
    assert.equal(await page.locator('#groups').textContent(), 'By site');
    const file = await page.request.get(`${portal.url}/exposure/export.csv?decision=${name}`);
    assert.equal((await file.text()).match(new RegExp(`,${name},`, 'g')).length, count);
    await made.close();
  });

  it('is edited in bulk by keyboard, without JavaScript, all that fit the filter', async () => {
    const { made, page } = await as('Wendy Aumann', { javaScriptEnabled: false });
    const { decisions } = await settled(page);
    const [name, count] = Object.entries(decisions).sort((a, b) => b[1] - a[1])[0];
    const path = `${portal.url}/exposure?decision=${name}&limit=1`;
    await page.goto(path);
    assert.equal(await page.locator('.exposure-list tbody tr').count(), 1);
    await page.focus('#f-everything');
    await page.keyboard.press('Space');
    await page.focus('#f-state');
    await page.keyboard.type('in progress');
    await page.focus('#f-evidence');
    await page.keyboard.type('Ticket 12');
    await page.focus('button[value=state]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/notice=saved/);
    const answer = await page.request.get(`${portal.url}/api/v1/exposure?state=in_progress&decision=${name}&limit=200`);
    assert.equal((await answer.json()).items.length, Math.min(count, 200));
    await made.close();
  });

  it('is decided by a table of its own, seen before it is saved, and back', async () => {
    const { made, page } = await as('Wendy Aumann', { javaScriptEnabled: false });
    const before = await settled(page);
    await page.goto(`${portal.url}/exposure/decisions`);
    await page.getByRole('link', { name: 'Edit the table in use' }).click();
    await page.waitForURL(/decisions\/edit/);
    assert.equal(await page.locator('button[value=save]').count(), 0, 'nothing was seen yet');
    // Every row of every part: act now.
    const parts = await page.locator('button[value^=part-]').count();
    for (let part = 0; part < parts; ++part) {
      await page.locator(`button[value=part-${part}]`).click();
      await page.waitForSelector(`button[value=part-${part}][aria-current]`);
      for (const select of await page.locator('select[name=outcome]').all()) await select.selectOption('ACT');
    }
    await page.fill('input[name=note]', 'All at once');
    await page.focus('button[value=preview]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#preview');
    assert.match(await page.textContent('main'), /from “.*” to “act now”/);
    assert.match(await page.textContent('main'), /rows lead to something else/);
    assert.deepEqual((await settled(page)).decisions, before.decisions, 'nothing was changed yet');
    await Promise.all([page.waitForURL(/decisions\?notice=saved/), page.click('button[value=save]')]);
    assert.match(await page.textContent('main'), /All at once/);
    assert.deepEqual(Object.keys((await settled(page)).decisions), ['act_now']);
    // Back: what was there before, by the same way.
    await page.getByRole('link', { name: 'Devices of a plant' }).click();
    await page.waitForSelector('#preview');
    await Promise.all([page.waitForURL(/decisions\?notice=saved/), page.click('button[value=save]')]);
    assert.deepEqual((await settled(page)).decisions, before.decisions);
    // A file with a mistake says where it is.
    const download = await page.request.get(`${portal.url}/exposure/decisions/table.json?version=1`);
    const broken = (await download.text()).replace(/("x_tocsin\.portal#ot:D:1\.0\.0": ?)"ACT"/, '$1"NEVER"');
    await page.goto(`${portal.url}/exposure/decisions/upload`);
    await page.setInputFiles('input[type=file]', { name: 'table.json', mimeType: 'application/json', buffer: Buffer.from(broken) });
    await page.click('main form .button');
    await page.waitForSelector('.error-summary');
    assert.match(await page.textContent('.error-summary'), /Row \d+: 'NEVER' is no value/);
    await made.close();
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
        const { made, page } = await as('Wendy Aumann', { viewport, colorScheme, bypassCSP: true });
        await settled(page);
        await page.goto(`${portal.url}/exposure?group=site`);
        await page.locator('.exposure-list summary').first().click();
        await check(page, `worklist ${size} ${colorScheme}`);
        for (const [name, path] of Object.entries({
          table: '/exposure/decisions', edit: '/exposure/decisions/edit', preview: '/exposure/decisions/edit?source=cisa',
          send: '/exposure/decisions/upload', version: '/exposure/decisions/1',
        })) {
          await page.goto(portal.url + path);
          await check(page, `decision ${name} ${size} ${colorScheme}`);
        }
        await made.close();
      });
    }
  }
});
