// An asset owner from the first sign-in to the letter: a messy spreadsheet becomes an inventory, the inventory an exposure, one match is
// put right, work is marked, and of an advisory that comes while the portal runs one letter arrives, once; and there is a way out.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { startMail } from './support/mail.mjs';
import { advisory, filter, messy, meter, screen } from './support/plant.mjs';

const root = new URL('../..', import.meta.url).pathname;
const binary = process.env.TOCSIN_BINARY ?? join(root, 'build/release/bin/tocsin');
const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const rosa = 'rosa@water.example';
const password = 'eleven grey herons over the weir';

let mail;
let portal;
let page;
let settings;

function tocsin(...words) {
  return execFileSync(binary, words, { encoding: 'utf8', env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
}
const data = () => ['--data', join(portal.folder, 'var')];

// As it came from its publisher, into the portal while it serves.
function imported(document) {
  const path = join(portal.folder, document.name);
  writeFileSync(path, document.text);
  tocsin('validate', '--mode', 'extended', '--quiet', path);
  return JSON.parse(tocsin('import', ...data(), '--format', 'json', path).trim().split('\n').at(-1)).summary;
}

async function check(name, there = page) {
  if (shots) await there.screenshot({ path: join(shots, `owner-${name.replace(/[^a-z0-9]+/gi, '-')}.png`), fullPage: true });
  await there.evaluate(axe);
  const found = await there.evaluate(async () => {
    const result = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return result.violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
  assert.deepEqual(found, [], name);
  const sideways = await there.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(sideways <= 0, `${name} scrolls sideways by ${sideways} px`);
}

const go = (path) => page.goto(portal.url + path);
const main = () => page.innerText('main');

// What other threads of the server do: the page is asked until it has been done.
async function eventually(path, what, holds) {
  for (let tries = 0; tries < 240; ++tries) {
    await go(path);
    if (await holds()) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`${path} never has ${what}: ${await main()}`);
}

// The matches that the list shows, as "device, advisory".
const listed = () => page.locator('.exposure-list input[name=match]').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
const both = (device, id) => `${device}, ${id}`;
async function choose(device, id) {
  await page.getByLabel(both(device, id), { exact: true }).check();
}
async function press(value) {
  await Promise.all([page.waitForURL(/notice=saved/), page.click(`button[name=do][value=${value}]`)]);
}

// What is told of advisories: letters about the account are another matter.
const news = () => mail.letters.filter((each) => each.headers.has('list-unsubscribe'));
const subjects = () => news().map((each) => each.subject);
const newsOf = (words) => mail.wait(words, (each) => each.headers.has('list-unsubscribe') && each.subject.includes(words));
async function nothingWaits() {
  await eventually('/metrics', 'an empty out tray', async () => /^tocsin_mail_waiting 0$/m.test(await page.innerText('body')));
}

// One stop after the other: where one fails, there is nothing to go on from.
let lost = '';
function step(name, work) {
  it(name, async (context) => {
    if (lost) return context.skip(`it went wrong where an asset owner ${lost}`);
    lost = name;
    await work();
    lost = '';
  });
}

before(async () => {
  mail = await startMail();
  portal = await startPortal({ named: true, demo: false,
    settings: (url) => (settings = { ...mail.settings, TOCSIN_PUBLIC_URL: url, TOCSIN_SECOND_FACTOR: 'optional' }) });
  tocsin('org', 'add', ...data(), 'Wasserwerk Süd', '--kind', 'asset-owner', '--sectors', 'water', '--countries', 'DE');
  tocsin('user', 'add', ...data(), rosa, '--name', 'Rosa Lindner', '--org', 'Wasserwerk Süd', '--roles', 'organisation-administrator');
  const context = await portal.browser.newContext({ viewport: sizes.desktop, bypassCSP: true, locale: 'en' });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
});
after(async () => {
  await portal?.stop();
  await mail?.stop();
});

describe('an asset owner', () => {
  step('sets their password by the link that the CERT hands out, and comes in', async () => {
    const link = /http\S+\/link\/\S+/.exec(tocsin('user', 'reset-link', ...data(), rosa))?.[0];
    assert.ok(link?.startsWith(portal.url), 'the link leads to the portal');
    await page.goto(link);
    await page.fill('input[name=password]', password);
    await page.fill('input[name=again]', password);
    await Promise.all([page.waitForURL(/\/sign-in\?notice=password-set/), page.click('main button')]);
    await page.fill('input[name=email]', rosa);
    await page.fill('input[name=password]', password);
    await Promise.all([page.waitForURL(`${portal.url}/`), page.click('main form button.button')]);
    assert.match(await page.textContent('.person-menu summary'), /Rosa Lindner/);
  });

  step('sends a messy spreadsheet, names its columns, sees what changes, and confirms it', async () => {
    await go('/inventory');
    assert.match(await main(), /The inventory is empty/);
    await go('/inventory/import');
    await check('upload');
    await page.setInputFiles('input[type=file]', { name: 'Anlagenliste.csv', mimeType: 'text/csv', buffer: messy });
    await Promise.all([page.waitForURL(/\/inventory\/import\/./), page.click('main form .button')]);
    const column = (name) => page.getByLabel(name, { exact: true });
    assert.match(await main(), /^5 rows\./m, 'neither the title nor the empty row is one');
    assert.match(await main(), /Steuerung – Rechen/, 'the old coding is understood');
    // What is recognised by its name, and what is not.
    assert.equal(await column('Hersteller').inputValue(), 'vendor');
    assert.equal(await column('Typ').inputValue(), 'product');
    await column('Gerät').selectOption('name');
    await column('MLFB').selectOption('model');
    await column('FW-Stand').selectOption('firmware');
    await column('Halle').selectOption('site');
    await check('columns');
    await page.click('button[value=compare]');
    await page.waitForSelector('#difference');
    assert.match(await main(), /Row 8: the same as row 7/, 'by the numbers that they have in the file');
    assert.equal(await page.locator('button[value=import]').count(), 0, 'an error keeps everything out');
    await page.check('input[name=keep_good_rows]');
    await page.click('button[value=compare]');
    await page.waitForSelector('button[value=import]');
    const fact = (name) => page.locator('dl.kv dt', { hasText: new RegExp(`^${name}$`) }).locator('xpath=following-sibling::dd[1]').innerText();
    assert.equal(await fact('New'), '4');
    assert.equal(await fact('Rows with errors'), '1');
    await check('difference');
    await Promise.all([page.waitForURL(/\/inventory\?notice=saved/), page.click('button[value=import]')]);
    assert.match(await main(), /4 assets/);
  });

  step('sees what is affected, and why', async () => {
    const expected = [both(screen, 'TDC-2025-001'), both(filter, 'TDC-2025-001'), both(screen, 'TDC-2025-007'), both(filter, 'TDC-2025-007'),
      both(meter, 'TDC-2025-002')].sort();
    await eventually('/exposure', expected.join('; '), async () => expected.every((each, at, all) => all.includes(each)) &&
      (await listed()).length >= expected.length);
    assert.deepEqual((await listed()).sort(), expected, 'and nothing of the relay, whose version has the fix');
    const row = page.locator('.exposure-list tbody tr', { hasText: meter });
    assert.match(await row.innerText(), /FlowSense 400[^]*3\.10/, 'the reason names product and version');
    await check('exposure');
  });

  step('puts one match right, and it is no open matter any more', async () => {
    await choose(meter, 'TDC-2025-002');
    await page.fill('#f-reason', 'Exchanged for another make in April, the list is old');
    await press('rejected');
    assert.ok(!(await listed()).includes(both(meter, 'TDC-2025-002')), 'it is gone from what is open');
    assert.equal((await listed()).length, 4, 'and nothing else is');
    // Not lost: it stands where what does not concern them stands, and says who said so.
    await go('/exposure?status=all&state=all');
    const row = page.locator('.exposure-list tbody tr', { hasText: meter }).filter({ hasText: 'TDC-2025-002' });
    assert.match(await row.innerText(), /not affected/i);
    assert.match(await row.innerText(), /Exchanged for another make in April/);
  });

  step('marks work, with evidence, and finds it in the history', async () => {
    await go('/exposure');
    await choose(screen, 'TDC-2025-001');
    await page.selectOption('#f-state', 'in_progress');
    await page.fill('#f-evidence', 'Ticket 4711: update ordered');
    await press('state');
    const row = page.locator('.exposure-list tbody tr', { hasText: screen }).filter({ hasText: 'TDC-2025-001' });
    assert.match(await row.innerText(), /in progress/i, 'what is in progress stays open');
    await choose(screen, 'TDC-2025-001');
    await page.selectOption('#f-state', 'done');
    await page.fill('#f-evidence', 'V2.9.4 since the outage');
    await press('state');
    assert.deepEqual((await listed()).sort(), [both(filter, 'TDC-2025-001'), both(filter, 'TDC-2025-007'), both(screen, 'TDC-2025-007')].sort());
    await go('/exposure?state=done');
    assert.deepEqual(await listed(), [both(screen, 'TDC-2025-001')]);
    await page.getByRole('link', { name: screen }).click();
    await page.waitForURL(/\/inventory\/\d+/);
    const history = page.locator('section[aria-labelledby=history] tbody tr');
    const told = await history.allInnerTexts();
    assert.equal(told.length, 2);
    const [done, begun] = told[0].includes('4711') ? [told[1], told[0]] : told;
    assert.match(begun, /in progress[^]*Rosa Lindner[^]*Ticket 4711: update ordered/i);
    assert.match(done, /done[^]*Rosa Lindner[^]*V2\.9\.4 since the outage/i);
    await check('asset');
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    step(`sees it at a glance, and what was known of a product: ${size}, accessible`, async () => {
      await page.setViewportSize(viewport);
      await go('/exposure/overview');
      assert.match(await page.locator('.stat', { hasText: 'open matters' }).innerText(), /^3\b/);
      assert.match(await main(), /V2\.9\.4 since the outage/, 'the work that was done is among what changed');
      await check(`overview ${size}`);
      await go('/status?vendor=Helmwerk&product=HW-710&version=V2.8.1');
      assert.match(await page.textContent('section[aria-labelledby=known]'), /TDC-2025-001[^]*CVE-1900-0101/);
      await check(`status ${size}`);
      await go('/status?vendor=Helmwerk&product=HW-710&version=V2.8.1&at=2025-01-31');
      assert.doesNotMatch(await page.textContent('section[aria-labelledby=known]'), /TDC-/, 'on that day nothing was known');
      assert.match(await page.textContent('section[aria-labelledby=since]'), /TDC-2025-001/);
      await check(`status then ${size}`);
      await page.setViewportSize(sizes.desktop);
    });
  }

  step('subscribes to what speaks of own assets, by mail, at once', async () => {
    await go('/notifications/new');
    await page.fill('input[name=name]', 'Our plant');
    await page.check('input[name=exposure]');
    await page.check('input[name=pace][value=now]');
    await page.check('input[name=channel][value=mail]');
    await page.uncheck('input[name=channel][value=feed]');
    await check('subscription');
    await Promise.all([page.waitForURL(/\/notifications\?notice=subscribed/), page.getByRole('button', { name: 'Subscribe' }).click()]);
    assert.match(await main(), /Every advisory that speaks of our assets/);
    assert.deepEqual(news(), [], 'what was there before is no news');
  });

  const about = { id: 'TDC-2026-901', title: 'Helmwerk HW-710 stops on a long name', cve: 'CVE-1900-0901' };

  step('gets one letter of an advisory that comes, and of what changes nothing in it none', async () => {
    const first = advisory(about);
    assert.equal(imported(first).new, 1);
    const letter = await newsOf(about.id);
    assert.deepEqual(letter.to, [rosa]);
    assert.match(letter.subject, /New: TDC-2026-901: Helmwerk HW-710 stops on a long name$/);
    assert.match(letter.text, /Rosa Lindner[^]*TDC-2026-901[^]*Our plant/);
    assert.match(letter.html, /TDC-2026-901/);

    // The very same file again, the same flaw in better words, a thing that they do not have, and one that they have: of the
    // last a letter comes, and so all before it have been looked at.
    assert.equal(imported(first).unchanged, 1);
    const reworded = imported(advisory({ ...about, revisions: 2, change: ({ document }) => {
      document.notes.find((each) => each.category === 'summary').text = 'Who reaches the controller on its network can stop it without signing in.';
      document.acknowledgments[0].names = ['Ines Albrecht', 'Tomas Lind'];
    } }));
    assert.equal(reworded.updated, 1);
    imported(advisory({ id: 'TDC-2026-902', title: 'Helmwerk HW-740 forgets its program', cve: 'CVE-1900-0902', product: 'HW-3' }));
    imported(advisory({ id: 'TDC-2026-903', title: 'Helmwerk HW-710 tells its password', cve: 'CVE-1900-0903' }));
    await newsOf('TDC-2026-903');
    await nothingWaits();
    assert.deepEqual(subjects().map((each) => /TDC-\d+-\d+/.exec(each)[0]), ['TDC-2026-901', 'TDC-2026-903']);
    await go('/advisories/TDC-2026-901');
    assert.match(await main(), /Who reaches the controller on its network/, 'the new words are there');
    // The link in the letter leads there, too; and the page tells what the letters told.
    await page.goto(/^\s*(http\S+\/notifications\/\d+)$/m.exec(letter.text)[1]);
    assert.match(page.url(), /\/advisories\/tdc-2026-901$/i);
    await go('/notifications');
    assert.equal(await page.locator('table', { hasText: 'Noticed' }).locator('tbody tr').count(), 2);
    assert.equal((await main()).match(/by mail, /g).length, 2);
    await check('told');
  });

  step('gets another letter when what to do changes', async () => {
    imported(advisory({ ...about, revisions: 3, change: ({ vulnerabilities: [flaw] }) => {
      flaw.remediations.push({ category: 'vendor_fix', details: 'Update to V2.9.4.', product_ids: ['HW-1'] });
    } }));
    const letter = await newsOf('Changed: TDC-2026-901');
    assert.deepEqual(letter.to, [rosa]);
    await nothingWaits();
    assert.equal(news().length, 3);
    await go('/exposure');
    const open = await listed();
    for (const device of [screen, filter]) assert.ok(open.includes(both(device, 'TDC-2026-901')), `${device} is in the list`);
  });

  step('leaves by the link in the letter, without signing in', async () => {
    const [letter] = news();
    const link = /^No more mail of this kind: (\S+)$/m.exec(letter.text)?.[1];
    assert.equal(letter.headers.get('list-unsubscribe'), `<${link}>`);
    assert.equal(letter.headers.get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
    const context = await portal.browser.newContext({ viewport: sizes.phone, bypassCSP: true, javaScriptEnabled: true });
    const stranger = await context.newPage();
    await stranger.goto(link);
    await check('unsubscribe', stranger);
    assert.match(await stranger.innerText('main'), /will send you no more mail once you press the button/);
    assert.doesNotMatch(await stranger.innerText('main'), /Our plant/, 'whom the letter was passed on to learns nothing');
    await stranger.getByRole('button', { name: 'No more mail' }).click();
    await stranger.waitForSelector('h1:text-is("You are unsubscribed")');
    await check('unsubscribed', stranger);
    await context.close();
    await go('/notifications');
    assert.match(await main(), /no way chosen/);
    assert.equal(await page.getByRole('button', { name: 'Go on' }).count(), 0, 'there is no way to go on with');
    // Of what comes then their other subscription tells in the feed; no letter goes out.
    await go('/notifications/new');
    await page.fill('input[name=name]', 'To read at leisure');
    await page.check('input[name=channel][value=feed]');
    await page.uncheck('input[name=channel][value=mail]');
    await Promise.all([page.waitForURL(/notice=subscribed/), page.getByRole('button', { name: 'Subscribe' }).click()]);
    imported(advisory({ id: 'TDC-2026-904', title: 'Helmwerk HW-710 answers everybody', cve: 'CVE-1900-0904' }));
    await eventually('/notifications', 'TDC-2026-904', async () => (await main()).includes('TDC-2026-904'));
    const row = page.locator('tbody tr', { hasText: 'TDC-2026-904' });
    assert.match(await row.innerText(), /in the feed[^]*To read at leisure/);
    assert.doesNotMatch(await row.innerText(), /Our plant/);
    await nothingWaits();
    assert.equal(news().length, 3);
  });
});
