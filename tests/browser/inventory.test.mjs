// Inventory and exposure as those meet them who run plants: a messy file is sent, its columns are named, the difference is confirmed,
// what is affected is answered; by mouse, by keyboard alone and without JavaScript; accessible in both themes and sizes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, signIn, sizes } from './visit.mjs';

const messy = `Geräteliste Umspannwerk;;;;;
Gerät;Hersteller;Typ;MLFB;FW-Stand;Wo;Schrank
Leitungsschutz 1;Volta Meridional;VMR-301 Line Protection;VMR301-1A5;R302-V1;Umspannwerk 7;=S1
Leitungsschutz 2;Volta Meridional;VMR-301 Line Protection;VMR301-1A5;R305-V0;Umspannwerk 7;S2
Steuerung;Helmwerk;HW-720;7HW1 720-2AB00-0XA0;V2.1;Leitwarte;S3
Steuerung;Helmwerk;HW-720;7HW1 720-2AB00-0XA0;V2.1;Leitwarte;S3
`;
const file = { name: 'geräte.csv', mimeType: 'text/csv', buffer: Buffer.from(messy) };

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

async function importMessy(page, look = async () => {}) {
  await page.goto(`${portal.url}/inventory/import`);
  await look('upload');
  await page.setInputFiles('input[type=file]', file);
  await Promise.all([page.waitForURL(/\/inventory\/import\/./), page.click('main button[type=submit], main form .button')]);
  const column = (name) => page.getByLabel(name, { exact: true });
  assert.equal(await column('Hersteller').inputValue(), 'vendor', 'recognised by its name');
  await column('Gerät').selectOption('name');
  await column('Typ').selectOption('product');
  await column('MLFB').selectOption('model');
  await column('FW-Stand').selectOption('firmware');
  await column('Wo').selectOption('site');
  await look('columns');
  await page.click('button[value=compare]');
  await page.waitForSelector('#difference');
  assert.match(await page.textContent('main'), /Row 6: the same as row 5/);
  assert.equal(await page.locator('button[value=import]').count(), 0, 'an error keeps everything out');
  assert.equal(await column('Wo').inputValue(), 'site', 'what was chosen stays');
  await page.check('input[name=keep_good_rows]');
  await page.click('button[value=compare]');
  await page.waitForSelector('button[value=import]');
  await look('difference');
  await Promise.all([page.waitForURL(/\/inventory\?notice=saved/), page.click('button[value=import]')]);
}

describe('an inventory', () => {
  it('is imported from a messy file, matched, and answered', async () => {
    const { made, page } = await as('Petra Sommer');
    await page.goto(`${portal.url}/inventory`);
    assert.match(await page.textContent('main'), /The inventory is empty/);
    await importMessy(page);
    assert.match(await page.textContent('main'), /3 assets/);
    await matched(page, '/exposure', 'Leitungsschutz 1');
    const main = await page.textContent('main');
    assert.doesNotMatch(main, /Leitungsschutz 2/, 'its version is past what is affected');
    await page.check('input[name=match] >> nth=0');
    await page.selectOption('#f-state', 'accepted');
    await page.click('button[value=state]');
    await page.waitForSelector('.error-summary');
    assert.equal(await page.isChecked('input[name=match] >> nth=0'), true, 'what was chosen stays');
    await page.fill('#f-evidence', 'Behind a data diode');
    await Promise.all([page.waitForURL(/notice=saved/), page.click('button[value=state]')]);
    await page.goto(`${portal.url}/exposure?state=accepted`);
    assert.equal(await page.locator('tbody tr').count(), 1);
    await made.close();
    // Nobody else.
    const other = await as('Cora Lindqvist');
    await other.page.goto(`${portal.url}/exposure?status=all&state=all`);
    assert.doesNotMatch(await other.page.textContent('main'), /Leitungsschutz/);
    await other.made.close();
  });

  it('is told of on the page of an advisory', async () => {
    const { made, page } = await as('Wendy Aumann');
    await matched(page, '/advisories/tdc-2025-001', 'devices at');
    await page.getByRole('link', { name: /devices at/ }).click();
    await page.waitForURL(/\/exposure\?advisory=/);
    assert.ok(await page.locator('tbody tr').count() > 5);
    await made.close();
  });

  it('works by keyboard alone and without JavaScript', async () => {
    const { made, page } = await as('Wendy Aumann', { javaScriptEnabled: false });
    await page.goto(`${portal.url}/inventory/new`);
    await page.focus('input[name=name]');
    await page.keyboard.type('Spare controller');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/inventory\/\d+\?notice=saved/);
    assert.match(await page.textContent('h1'), /Spare controller/);
    await page.goto(`${portal.url}/exposure`);
    await page.focus('input[name=match] >> nth=0');
    await page.keyboard.press('Space');
    await page.focus('#f-evidence');
    await page.keyboard.type('Ticket 12');
    await page.keyboard.press('Tab');
    await page.focus('button[value=state]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/notice=saved/);
    await made.close();
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
        const { made, page } = await as('Hanna Vogel', { viewport, colorScheme, bypassCSP: true });
        await page.goto(`${portal.url}/inventory`);
        await check(page, `inventory empty or small ${size} ${colorScheme}`);
        const count = await page.locator('tbody tr').count();
        if (count === 0) await importMessy(page, (name) => check(page, `${name} ${size} ${colorScheme}`));
        await made.close();
        const full = await as('Wendy Aumann', { viewport, colorScheme, bypassCSP: true });
        await matched(full.page, '/exposure', 'TDC-2025-001');
        await check(full.page, `exposure ${size} ${colorScheme}`);
        for (const [name, path] of Object.entries({
          inventory: '/inventory', asset: '/inventory/1', edit: '/inventory/1/edit', 'new asset': '/inventory/new',
          sharing: '/inventory/sharing', 'advisory of mine': '/advisories/tdc-2025-001',
        })) {
          await full.page.goto(portal.url + path);
          await check(full.page, `${name} ${size} ${colorScheme}`);
        }
        await full.made.close();
      });
    }
  }
});
