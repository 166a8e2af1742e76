// The portal as people meet it: accessibility of every page in both themes and sizes, keyboard, phone, no JavaScript.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const pages = {
  home: '/',
  advisories: '/advisories',
  filtered: '/advisories?q=severity:critical%20helmwerk',
  nothing: '/advisories?q=nothingmatchesthis',
  'query error': '/advisories?q=vendr:siemens',
  advisory: '/advisories/TDC-2025-001',
  'advisory with quality findings': '/advisories/TDC-2025-009',
  raw: '/advisories/TDC-2025-001/raw',
  revisions: '/advisories/TDC-2025-001/revisions',
  diff: '/advisories/TDC-2025-001/diff?from=1&to=3',
  vulnerabilities: '/vulnerabilities',
  vulnerability: '/vulnerabilities/CVE-1900-0160',
  status: '/status',
  'status answered': '/status?vendor=Helmwerk+Automation&product=HW-740+Safety+Controller&version=V1.5&at=2025-03-04',
  'status of nothing': '/status?product=Coffee+machine',
  'status error': '/status?vendor=Helmwerk&at=soon',
  vendors: '/vendors',
  vendor: '/vendors/helmwerk-automation',
  about: '/about',
  'search help': '/help/search',
  api: '/api',
  'csaf tools': '/tools/csaf',
  match: '/match',
  missing: '/no/such/page',
};
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

async function open(path, options = {}) {
  const context = await portal.browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // The browser itself reports error statuses of pages that are meant to have one.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
  });
  await page.goto(portal.url + path, { waitUntil: 'load' });
  return { page, context, problems };
}

describe('every page', () => {
  for (const [name, path] of Object.entries(pages)) {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark']) {
        it(`${name}, ${size}, ${colorScheme}: accessible, no sideways scrolling, no errors`, async () => {
          const { page, context, problems } = await open(path, { viewport, colorScheme, bypassCSP: true });
          await page.evaluate(axe);
          const result = await page.evaluate(async () => {
            const found = await globalThis.axe.run(document, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
            });
            return found.violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
          });
          assert.deepEqual(result, []);
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(sideways <= 0, `scrolls sideways by ${sideways} px`);
          assert.deepEqual(problems, []);
          await context.close();
        });
      }
    }
  }
});

describe('keyboard', () => {
  it('the first tab stop skips to the content', async () => {
    const { page, context } = await open('/advisories');
    await page.keyboard.press('Tab');
    const target = await page.evaluate(() => document.activeElement?.getAttribute('href'));
    assert.equal(target, '#main');
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#main$/);
    await context.close();
  });

  it('slash goes to the search box, Enter searches', async () => {
    const { page, context } = await open('/vendors');
    await page.keyboard.press('/');
    await page.keyboard.type('brightwater');
    await Promise.all([page.waitForURL(/\/advisories\?q=brightwater/), page.keyboard.press('Enter')]);
    assert.match(await page.textContent('main'), /TDC-2025-002/);
    await context.close();
  });

  it('suggestions can be walked and taken', async () => {
    const { page, context } = await open('/advisories');
    await page.keyboard.press('/');
    await page.keyboard.type('helmw');
    await page.waitForSelector('[role=option]');
    await page.keyboard.press('ArrowDown');
    const chosen = await page.evaluate(() => document.activeElement?.getAttribute('aria-activedescendant'));
    assert.ok(chosen, 'the chosen suggestion is not announced');
    await Promise.all([page.waitForURL(/helmwerk/i), page.keyboard.press('Enter')]);
    await context.close();
  });
});

describe('without JavaScript', () => {
  it('search, facets, pages and details work', async () => {
    const { page, context } = await open('/', { javaScriptEnabled: false });
    await page.fill('main input[name=q]', 'tls');
    await Promise.all([page.waitForURL(/\/advisories\?/), page.press('main input[name=q]', 'Enter')]);
    const main = await page.textContent('main');
    assert.match(main, /TDC-2025-007/);
    await page.goto(`${portal.url}/advisories`);
    const facet = page.locator('main a', { hasText: 'Critical' }).first();
    await facet.click();
    assert.match(decodeURIComponent(page.url()), /severity:critical/);
    await page.locator('main a[href="/advisories/TDC-2026-001"]').first().click();
    assert.match(await page.textContent('h1'), /RSR-4/);
    await context.close();
  });

  it('what was known of a product is asked and passed on', async () => {
    const { page, context } = await open('/', { javaScriptEnabled: false });
    await page.click('main a[href="/status"]');
    await page.fill('#s-product', 'HW-740 Safety Controller');
    await page.fill('#s-version', 'V1.5');
    await page.fill('#s-at', '2025-03-04');
    await page.click('main .status-form button[type=submit]');
    const answer = await page.textContent('main');
    const [known, since] = [answer.indexOf('Known on'), answer.indexOf('Became known since')];
    assert.ok(known >= 0 && since > known);
    assert.match(answer.slice(known, since), /TDC-2025-001[^]*not affected/);
    assert.match(answer.slice(since), /TDC-2025-001[^]*affected/);
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    assert.equal(await page.inputValue('#s-at'), '2025-03-04');
    assert.match(await page.textContent('main'), /Changed with version 3/);
    await page.click('main td a[href^="/vulnerabilities/"] >> nth=0');
    assert.match(await page.textContent('h1'), /CVE-1900-/);
    await context.close();
  });

  it('a document is checked, converted and compared, and the results are accessible', async () => {
    const { page, context } = await open('/tools/csaf', { javaScriptEnabled: false });
    const earlier = `${portal.url}/api/v1/advisories/TDC-2025-001/revisions/1/document`;
    const [before, after] = await Promise.all([earlier, `${portal.url}/api/v1/advisories/TDC-2025-001/document`]
      .map(async (url) => (await fetch(url)).text()));
    await page.fill('#d-document', after);
    await page.click('button[value=check]');
    assert.match(await page.textContent('main'), /CSAF 2\.0 advisory passes/);
    // The text came back with the answer, so it need not be pasted again.
    await page.selectOption('#d-to', 'openvex');
    await page.click('button[value=show]');
    assert.match(await page.inputValue('#converted'), /openvex\.dev/);
    await page.setInputFiles('#d-file', { name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{"document":{"csaf_version":"2.1"}}') });
    await page.click('button[value=check]');
    assert.match(await page.textContent('main'), /Not valid/);
    assert.match(await page.textContent('main'), /\/document\/tracking/);
    await page.fill('#c-before', before);
    await page.fill('#c-after', after);
    await page.click('button[value=compare]');
    assert.match(await page.textContent('main'), /What changed/);
    await context.close();
  });
});

describe('results of the CSAF tools', () => {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`findings and notes, ${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
        const { page, context } = await open('/tools/csaf', { viewport, colorScheme, bypassCSP: true });
        for (const button of ['check', 'show']) {
          await page.fill('#d-document', JSON.stringify({ document: { csaf_version: '2.0', title: 'x'.repeat(300), tracking: { id: 'A' } } }));
          await page.click(`button[value=${button}]`);
          await page.evaluate(axe);
          const violations = await page.evaluate(async () => (await globalThis.axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
          })).violations.map((each) => each.id));
          assert.deepEqual(violations, []);
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(sideways <= 0, `scrolls sideways by ${sideways} px`);
        }
        await context.close();
      });
    }
  }
});

describe('hostile text', () => {
  it('a script in an advisory is text', async () => {
    const { page, context, problems } = await open('/advisories/TDC-2025-003');
    assert.match(await page.textContent('main'), /<script>alert\(1\)<\/script>/);
    assert.equal(await page.locator('main script').count(), 0);
    assert.deepEqual(problems, []);
    await context.close();
  });
});
