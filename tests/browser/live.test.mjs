// What is new, told while somebody reads: the bell and the line at the foot, that nothing moves, and that pages are complete without it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, signIn, sizes } from './visit.mjs';

const binary = process.env.TOCSIN_BINARY ?? new URL('../../build/release/bin/tocsin', import.meta.url).pathname;
let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

const tocsin = (...given) => execFileSync(binary, [given[0], ...(given[1] ? [given[1]] : []), '--data', join(portal.folder, 'var'), ...given.slice(2)], { encoding: 'utf8' });
let number = 0;
// Assets that an advisory of the demonstration speaks of, put in by another process.
function addAssets(count) {
  const round = ++number;
  const rows = Array.from({ length: count }, (_, i) => `live${round}-${i},Helmwerk Automation,HW-740 Safety Controller,V1.2`);
  const file = join(portal.folder, 'more.csv');
  writeFileSync(file, `Key,Vendor,Product,Version\n${rows.join('\n')}\n`);
  tocsin('inventory', 'import', file, '--organisation', 'Nordlicht Grid Operation');
}

describe('what is new while somebody reads', () => {
  it('is told by the bell and a line, moves nothing, and leads to the list', async () => {
    const { made, page } = await signIn(portal, 'Paul Okafor');
    const email = 'paul@power.demo.example';
    tocsin('notify', 'add', email, '--name', 'Ours', '--assets');
    await page.goto(`${portal.url}/exposure`);
    const bell = page.locator('a[data-live]');
    assert.equal(await page.locator('.live-line').isVisible(), false);
    const where = () => page.evaluate(() => JSON.stringify([...document.querySelectorAll('main *')].map((each) => each.getBoundingClientRect())));
    const before = await where();
    addAssets(3);
    await page.locator('.live-line').waitFor({ state: 'visible', timeout: 60_000 });
    await page.locator('.live-line li a').first().waitFor({ timeout: 60_000 });
    assert.equal(await where(), before, 'something moved');
    assert.match(await page.locator('.live-line').innerText(), /3 added or changed assets/);
    assert.equal(await page.locator('[data-live-count]').innerText(), '1');
    assert.match(await bell.getAttribute('href'), /notifications/);
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark']) {
        // What is still changing its colour has the contrast of neither.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await check(page, `live ${size} ${colorScheme}`);
      }
    }
    // By keyboard.
    await page.locator('.live-line button').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.live-line').isVisible(), false);
    await bell.click();
    await page.waitForURL(/notifications/);
    const link = page.locator('#assets ~ .table-wrap').first().getByRole('link', { name: /added or changed assets/ });
    await check(page, 'live notifications');
    await link.click();
    assert.match(await page.locator('main').innerText(), /Helmwerk|HW-740|TDC-/);
    await check(page, 'live assets');
    // Looked through: no number any more.
    await page.goto(`${portal.url}/`);
    await page.waitForFunction(() => document.querySelector('[data-live-count]').hidden);
    await made.close();
  });

  it('is complete without JavaScript', async () => {
    const { made, page } = await signIn(portal, 'Paul Okafor', { javaScriptEnabled: false });
    await page.goto(`${portal.url}/`);
    await page.getByRole('link', { name: 'Notifications' }).first().click();
    assert.match(page.url(), /\/notifications$/);
    assert.ok(await page.getByRole('link', { name: /added or changed assets/ }).count() > 0);
    await made.close();
  });

  it('is not there for visitors', async () => {
    const made = await portal.browser.newContext();
    const page = await made.newPage();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${portal.url}/advisories`);
    await page.waitForLoadState('load');
    assert.equal(await page.locator('a[data-live]').count(), 0);
    assert.ok(!asked.includes('/live'));
    await made.close();
  });
});
