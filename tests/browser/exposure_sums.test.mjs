// Sums over organisations as both sides meet them: a plant's administrator decides whether its counts go in, the CERT's coordinator reads
// what comes of it; and the list of advisories in its many orders. Without JavaScript, accessible in both themes and sizes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, signIn, sizes } from './visit.mjs';

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

const as = (...given) => signIn(portal, ...given);

describe('sums over organisations', () => {
  it('are joined and left by an administrator, and read by the CERT alone, without JavaScript', async () => {
    const plant = await as('Wendy Aumann', { javaScriptEnabled: false });
    await plant.page.goto(`${portal.url}/exposure/sharing`);
    const buttons = plant.page.locator('main form button[type=submit], main form button:not([type])');
    const join = await buttons.first().textContent();
    await buttons.first().click();
    await plant.page.goto(`${portal.url}/exposure/sharing`);
    assert.notEqual(await buttons.first().textContent(), join, 'the page offers to leave');
    assert.equal((await plant.page.goto(`${portal.url}/exposure/sums`)).status(), 403);
    await plant.made.close();

    const cert = await as('Cora Lindqvist', { javaScriptEnabled: false });
    assert.equal((await cert.page.goto(`${portal.url}/exposure/sums`)).status(), 200);
    await cert.made.close();
  });

  it('orders advisories by more than the links offer, without JavaScript', async () => {
    const made = await portal.browser.newContext({ javaScriptEnabled: false });
    const page = await made.newPage();
    await page.goto(`${portal.url}/advisories`);
    const select = page.locator('select[name=sort]');
    assert.ok(await select.locator('option').count() > 10);
    await select.selectOption({ index: 2 });
    await select.locator('xpath=ancestor::form').getByRole('button').click();
    await page.waitForURL(/sort=/);
    assert.ok(await page.locator('main').getByRole('link', { name: /Helmwerk Automation HW-700/ }).count() > 0);
    await made.close();
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
        for (const [name, paths] of [['Wendy Aumann', ['/exposure/sharing', '/exposure/aliases', '/advisories?sort=title']], ['Cora Lindqvist', ['/exposure/sums', '/exposure/alias-offers', '/advisories/TDC-2025-001']]]) {
          const { made, page } = await as(name, { viewport, colorScheme });
          for (const path of paths) {
            await page.goto(portal.url + path);
            await check(page, `${name} ${path} ${size} ${colorScheme}`);
          }
          await made.close();
        }
      });
    }
  }
});
