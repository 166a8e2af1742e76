// Lists of exposure, matching by hand, and bills of materials, as a plant's administrator uses them: without JavaScript, accessible in both
// themes and sizes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, signIn, sizes } from './visit.mjs';

const bom = JSON.stringify({
  bomFormat: 'CycloneDX', specVersion: '1.5', version: 1,
  metadata: { component: { type: 'device', 'bom-ref': 'it', name: 'Pump skid', version: '4' } },
  components: [
    { type: 'firmware', 'bom-ref': '1', supplier: { name: 'Helmwerk Automation' }, name: 'HW-710', version: 'V2.8.0' },
    { type: 'library', 'bom-ref': '2', name: 'zlib', version: '1.2.11' },
  ],
});

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

const as = (...given) => signIn(portal, ...given);

describe('lists of exposure', () => {
  it('take a bill of materials in, list it, and match by hand, without JavaScript', async () => {
    const { page, made } = await as('Wendy Aumann', { javaScriptEnabled: false });
    await page.goto(`${portal.url}/inventory/import`);
    await page.locator('input[type=file]').setInputFiles({ name: 'skid.cdx.json', mimeType: 'application/json', buffer: Buffer.from(bom) });
    await page.locator('main form[enctype] button').first().click();
    await page.locator('button[name=do][value=compare]').click();
    await page.locator('button[name=do][value=import]').click();
    await page.goto(`${portal.url}/inventory/boms`);
    assert.ok(await page.getByText('Pump skid 4').count() > 0);

    await page.goto(`${portal.url}/exposure/lists?by=advisory&status=all&state=all`);
    await page.locator('input[name=advisory]').first().check();
    await page.locator('main form[method=post] button').first().click();
    await page.waitForURL(/exposure\/runs/);
    assert.ok(await page.locator('main table tbody tr').count() > 0, 'the run is listed');
    await page.locator('main form[method=post] button').first().click();
    await page.waitForURL(/exposure\/runs/);
    assert.ok(await page.locator('main table tbody tr').count() > 1, 'so is the one of everything');
    await made.close();
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
        const { made, page } = await as('Wendy Aumann', { viewport, colorScheme });
        for (const path of ['/exposure', '/exposure/lists', '/exposure/lists?by=bom&status=all&state=all', '/exposure/lists?by=advisory',
          '/exposure/lists?by=vulnerability', '/exposure/lists?by=asset', '/exposure/runs', '/inventory/boms', '/inventory',
          '/advisories/TDC-2025-001']) {
          await page.goto(portal.url + path);
          await check(page, `${path} ${size} ${colorScheme}`);
        }
        await made.close();
      });
    }
  }
});
