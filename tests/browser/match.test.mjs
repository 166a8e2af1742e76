// An inventory is matched in the browser: the same answers as `tocsin match`, nothing sent, with the network cut; accessible, by
// keyboard, and with a way for those without JavaScript.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';

const root = new URL('../..', import.meta.url).pathname;
const binary = process.env.TOCSIN_BINARY ?? join(root, 'build/release/bin/tocsin');
const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
const inventory = join(root, 'demo/inventory-water.csv');
// In German, from a spreadsheet, in its old coding, with a title above and things that nobody knows.
const messy = Buffer.from(`Geräteliste Umspannwerk;;;;
Gerät;Hersteller;Produkt;MLFB;Firmware
Leitungsschutz 1;Volta Meridional;VMR-301 Line Protection;VMR301-1A5;R302-V1
Leitungsschutz 2;Volta Meridional;VMR-301 Line Protection;VMR301-1A5;R305-V0
Steuerung;Helmwerk;HW-720;7HW1 720-2AB00-0XA0;V2.1
=Pumpe "1";Helmwerk;HW-720;;
;;Kaffeemaschine;;
`, 'latin1');

let portal;
before(async () => { portal = await startPortal({ demo: false }); });
after(async () => { await portal.stop(); });

async function open(options = {}) {
  const context = await portal.browser.newContext({ acceptDownloads: true, ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const requests = [];
  const problems = [];
  context.on('request', (request) => requests.push(request));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  await page.goto(`${portal.url}/match`);
  return { context, page, requests, problems };
}
const ready = (page) => page.waitForSelector('#match-file:not([disabled])');
async function match(page, file) {
  await ready(page);
  await page.setInputFiles('#match-file', file);
  await page.waitForSelector('[data-match-results]:not([hidden])');
}
async function saved(page, kind) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`[data-match-save=${kind}]`)]);
  return readFileSync(await download.path(), 'utf8');
}
function rowsOf(csv) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < csv.length; ++at) {
    const c = csv[at];
    if (quoted) {
      if (c === '"' && csv[at + 1] === '"') { cell += c; ++at; }
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',') { rows.at(-1).push(cell); cell = ''; }
    else if (c === '\n') { rows.at(-1).push(cell); cell = ''; rows.push([]); }
    else if (c !== '\r') cell += c;
  }
  rows.pop();
  return rows;
}
// What the command line says, with the columns that do not come from the decision.
function commandLine(file) {
  const run = spawnSync(binary, ['match', '--assets', file, '--advisories', join(root, 'demo/advisories'), '--all', '--format', 'csv', '--quiet'],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.ok(run.status === 0 || run.status === 1, run.stderr);
  return rowsOf(run.stdout).map((row) => row.slice(0, 8));
}

describe('matching in the browser', () => {
  for (const [name, bytes] of [['the demo inventory', readFileSync(inventory)], ['a messy table', messy]]) {
    it(`says row by row what the command line says of ${name}`, async () => {
      const { context, page, problems } = await open();
      const path = join(portal.folder, 'inventory.csv');
      writeFileSync(path, bytes);
      await match(page, path);
      const expected = commandLine(path);
      assert.ok(expected.length > 3, 'there is something to compare');
      const told = rowsOf(await saved(page, 'csv'));
      assert.equal(told.length, expected.length);
      told.forEach((row, index) => assert.deepEqual(row, expected[index]));
      const json = JSON.parse(await saved(page, 'json'));
      assert.deepEqual(json.map((each) => [each.row, each.advisory, each.status]),
        expected.slice(1).map((row) => [Number(row[0]), row[2], row[3]]));
      assert.deepEqual(problems, []);
      await context.close();
    });
  }

  it('sends nothing and works with the network cut', async () => {
    const { context, page, requests } = await open();
    await ready(page);
    const before = requests.length;
    await context.setOffline(true);
    await match(page, inventory);
    assert.ok(await page.locator('[data-match-results] tbody tr').count() > 3);
    await saved(page, 'csv');
    // A Blob that is saved has an address, but nobody is asked for it.
    assert.deepEqual(requests.slice(before).map((each) => each.url()).filter((url) => !url.startsWith('blob:')), []);
    for (const request of requests) {
      assert.equal(request.method(), 'GET', request.url());
      assert.equal(request.postDataBuffer(), null, request.url());
      assert.ok(request.url().startsWith(portal.url) || request.url().startsWith('blob:'), request.url());
    }
    assert.match(await page.textContent('[data-match-sent]'), /: 0$/);
    await context.close();
  });

  it('is read by a worker that may connect to nothing', async () => {
    const { context, page } = await open();
    const path = await page.getAttribute('[data-match]', 'data-worker');
    const answer = await fetch(portal.url + path);
    assert.equal(answer.headers.get('content-security-policy'), "default-src 'none'; script-src 'wasm-unsafe-eval'");
    assert.doesNotMatch((await fetch(`${portal.url}/match`)).headers.get('content-security-policy'), /unsafe/);
    await ready(page);
    const [worker] = page.workers();
    const tried = await worker.evaluate((url) => fetch(url).then(() => 'connected', () => 'refused'), `${portal.url}/healthz`);
    assert.equal(tried, 'refused');
    await context.close();
  });

  it('fetches the advisories once, packed, and asks whether they are still the same', async () => {
    const first = await fetch(`${portal.url}/match/advisories`, { headers: { 'Accept-Encoding': 'br' } });
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('content-encoding'), 'br');
    const again = await fetch(`${portal.url}/match/advisories`,
      { headers: { 'Accept-Encoding': 'br', 'If-None-Match': first.headers.get('etag') } });
    assert.equal(again.status, 304);
  });

  it('says what is wrong with a file, and takes the next one', async () => {
    const { context, page } = await open();
    await ready(page);
    for (const [buffer, why] of [[Buffer.from('PK\u0003\u0004rest'), /workbook/], [Buffer.from(''), /empty/], [Buffer.from('{"a":1}'), /JSON/],
      [Buffer.from('<bom/>'), /XML/], [Buffer.from('a,b\n1,2\n'), /No column says what the things are/], [Buffer.from('a,b\n"1,2\n'), /quote/i]]) {
      await ready(page);
      await page.setInputFiles('#match-file', { name: 'inventory.csv', mimeType: 'text/csv', buffer });
      await page.waitForSelector('.callout-error[data-match-state]');
      await page.waitForFunction((text) => new RegExp(text, 'i').test(document.querySelector('[data-match-state]').textContent), why.source);
      assert.equal(await page.isVisible('[data-match-results]'), false);
    }
    await match(page, inventory);
    assert.ok(await page.locator('[data-match-results] tbody tr').count() > 3);
    await context.close();
  });

  it('shows what wants attention, all on demand; sorts, filters, links', async () => {
    const { context, page } = await open();
    await match(page, inventory);
    const rows = page.locator('[data-match-results] tbody tr');
    const urgent = await rows.count();
    assert.equal(await rows.filter({ hasText: /^not affected$/ }).count(), 0);
    await page.check('[data-match-all]');
    assert.ok(await rows.count() > urgent);
    await page.getByRole('button', { name: 'Confidence' }).click();
    const sure = await rows.evaluateAll((all) => all.map((row) => Number(row.cells[4].dataset.sort)));
    assert.deepEqual(sure, [...sure].sort((a, b) => b - a));
    await page.fill('.table-filter input', 'TDC-2025-001');
    const shown = await rows.evaluateAll((all) => all.filter((row) => !row.hidden).map((row) => row.textContent));
    assert.ok(shown.length > 0 && shown.every((text) => text.includes('TDC-2025-001')));
    await page.locator('[data-match-results] tbody a:visible').first().click();
    await page.waitForURL(/\/advisories\/tdc-2025-001/i);
    await context.close();
  });

  it('points to the command line where there is no JavaScript', async () => {
    const { context, page } = await open({ javaScriptEnabled: false });
    assert.match(await page.textContent('main'), /tocsin match/);
    assert.equal(await page.isVisible('#match-file'), false);
    await context.close();
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`is accessible: ${size}, ${colorScheme}`, async () => {
        const { context, page } = await open({ viewport, colorScheme, bypassCSP: true });
        await match(page, inventory);
        if (shots) await page.screenshot({ path: join(shots, `match-${size}-${colorScheme}.png`), fullPage: true });
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const result = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
          return result.violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
        });
        assert.deepEqual(found, []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'scrolls sideways');
        await context.close();
      });
    }
  }
});
