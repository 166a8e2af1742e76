// The demonstration as its people meet it, one after the other: what each of them sees, and the work that each came for.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';

// SHOTS=folder keeps a picture of each stop, for looking at.
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
const marked = ['TDC-2026-101', 'TDC-2026-102', 'TDC-2026-103', 'TDC-2026-104', 'TDC-2026-105'];

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

async function visit(path, name, work) {
  const context = await portal.browser.newContext({ acceptDownloads: true });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  try {
    if (name) {
      await page.goto(`${portal.url}/sign-in?next=${encodeURIComponent(path)}`);
      await Promise.all([page.waitForURL((url) => url.pathname !== '/sign-in'), page.click(`button:text-is("Sign in as ${name}")`)]);
    } else {
      await page.goto(portal.url + path);
    }
    return await work(page);
  } finally {
    await context.close();
  }
}

async function press(page, button) {
  const there = await page.locator('main button').allInnerTexts();
  assert.ok(there.includes(button), `${page.url()} has no button '${button}' but ${there.join(', ')}`);
  await Promise.all([page.waitForLoadState('load'), page.waitForEvent('framenavigated'), page.click(`main button:text-is("${button}")`)]);
}

async function picture(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `role-${name}.png`), fullPage: true });
}

const text = (page) => page.innerText('main');

// Which of the five marked advisories the page, the API, the search and the feed show: all four must agree.
async function seen(page) {
  const found = [];
  const list = await page.request.get(`${portal.url}/api/v1/advisories?limit=100`);
  const listed = (await list.json()).items.map((each) => each.id);
  const search = await (await page.request.get(`${portal.url}/advisories?q=id:TDC-2026-10*`)).text();
  for (const id of marked) {
    const answers = [(await page.request.get(`${portal.url}/advisories/${id}`)).status() === 200,
      (await page.request.get(`${portal.url}/api/v1/advisories/${id}`)).status() === 200, listed.includes(id),
      search.includes(`/advisories/${id}"`)];
    assert.ok(answers.every((each) => each === answers[0]), `${id}: page, API, list and search say ${answers}`);
    if (answers[0]) found.push(id);
  }
  return found;
}

describe('who sees which of the marked advisories', () => {
  const expected = {
    '': [],
    'Cora Lindqvist': ['TDC-2026-101', 'TDC-2026-102', 'TDC-2026-103', 'TDC-2026-104'],
    'Ana Duarte': ['TDC-2026-101', 'TDC-2026-102', 'TDC-2026-103'],
    'Aldo Ferri': [],
    'Ada Brandt': ['TDC-2026-101'],
    'Wendy Aumann': ['TDC-2026-101', 'TDC-2026-102', 'TDC-2026-105'],
    'Petra Sommer': ['TDC-2026-101', 'TDC-2026-103', 'TDC-2026-105'],
    'Hanna Vogel': ['TDC-2026-101', 'TDC-2026-104', 'TDC-2026-105'],
    'Bram de Wit': ['TDC-2026-101', 'TDC-2026-102'],
  };
  for (const [name, ids] of Object.entries(expected)) {
    it(name || 'a stranger', () => visit('/advisories', name, async (page) => assert.deepEqual(await seen(page), ids)));
  }
});

describe('a stranger', () => {
  it('reads what is public, finds no door to the rest, and applies for membership', () => visit('/advisories/TDC-2025-001', '', async (page) => {
    assert.match(await text(page), /Why can I see this\? TLP:CLEAR: everyone sees it/);
    await picture(page, 'stranger-advisory');
    for (const path of ['/organisations', '/people', '/communities', '/audit', '/admin', '/account']) {
      await page.goto(portal.url + path);
      assert.equal(new URL(page.url()).pathname, '/sign-in', path);
    }
    await page.goto(`${portal.url}/register`);
    await page.fill('input[name=name]', 'Quellheim Waterworks');
    await page.check('input[name=sectors][value=water]');
    await page.fill('input[name=person_name]', 'Quentin Moos');
    await page.fill('input[name=email]', 'not an address');
    await page.evaluate(() => { document.querySelector('main form').noValidate = true; });
    await press(page, 'Send the application');
    assert.equal(await page.inputValue('input[name=name]'), 'Quellheim Waterworks', 'an error keeps what was typed');
    await picture(page, 'stranger-error');
    await page.fill('input[name=email]', 'quentin@quellheim.example');
    await press(page, 'Send the application');
    assert.match(await text(page), /application/i);
    await picture(page, 'stranger-applied');
  }));
});

describe('a coordinator of the CERT', () => {
  it('vets the application and makes it a member', () => visit('/organisations?status=applied', 'Cora Lindqvist', async (page) => {
    await picture(page, 'coordinator-applications');
    await page.click('main a:text-is("Quellheim Waterworks")');
    assert.match(await text(page), /quentin@quellheim\.example/);
    await picture(page, 'coordinator-application');
    const own = page.url();
    for (const status of ['vetted', 'active']) {
      await page.goto(`${own}/status`);
      await page.check(`input[name=status][value=${status}]`);
      await page.fill('textarea[name=reason]', 'Called the number in the public register.');
      await press(page, 'Change status');
    }
    await page.goto(`${portal.url}/organisations?status=active&q=Quellheim`);
    assert.match(await text(page), /Quellheim Waterworks/);
  }));
});

describe('an asset owner', () => {
  it('reads what came for them, and why, and invites a colleague', () => visit('/advisories/TDC-2026-102', 'Wendy Aumann', async (page) => {
    assert.match(await text(page), /You see this because .*Waterworks/);
    await picture(page, 'owner-advisory');
    await page.goto(`${portal.url}/people/invite?organisation=2`);
    await page.fill('input[name=name]', 'Wanda Roth');
    await page.fill('input[name=email]', 'wanda@water.demo.example');
    await picture(page, 'owner-invite');
    await press(page, 'Invite');
    await page.goto(`${portal.url}/people?organisation=2`);
    assert.match(await text(page), /Wanda Roth/);
    await page.goto(`${portal.url}/people?organisation=3`);
    assert.doesNotMatch(await text(page), /Petra|Paul/, 'the people of others stay theirs');
  }));
});

describe('an analyst', () => {
  it('reads AMBER and its history, but may not open it wider', () => visit('/advisories/TDC-2026-102', 'Ana Duarte', async (page) => {
    assert.match(await text(page), /TLP:AMBER/);
    await page.goto(`${portal.url}/advisories/TDC-2026-102/sharing`);
    assert.match(await text(page), /Who sees it, and why/);
    assert.equal(await page.locator('main input[name=tlp]').count(), 0, 'no form to change it');
    await picture(page, 'analyst-sharing');
    assert.equal((await page.goto(`${portal.url}/audit`)).status(), 403);
    assert.equal((await page.goto(`${portal.url}/admin`)).status(), 403);
  }));
});

describe('a vendor', () => {
  it('sees who would be reached before opening its advisory wider, and confirms it', () => visit('/advisories/TDC-2026-105/sharing', 'Hanna Vogel', async (page) => {
    await page.check('input[name=audience][value=members]');
    await press(page, 'Show who would see it');
    assert.match(await text(page), /newly/i);
    await picture(page, 'vendor-preview');
    await press(page, 'Save');
    assert.match(await text(page), /tick|confirm/i, 'not without the confirmation');
    await page.check('input[name=confirmed]');
    await press(page, 'Save');
    assert.match(await text(page), /Every member organisation|members/);
    await picture(page, 'vendor-changed');
    await page.goto(`${portal.url}/organisation/looks`);
    assert.equal(await page.title().then((title) => /Who looked/.test(title)), true);
    await picture(page, 'vendor-looks');
  }));
  it('and a member who could not see it before does now', () => visit('/advisories/TDC-2026-105', 'Bram de Wit', async (page) => {
    assert.match(await text(page), /Engineering Studio/);
  }));
});

describe('an auditor', () => {
  it('finds the change, verifies the chain and exports it, and reads no advisory by it', () => visit('/audit?action=record.change-marking', 'Aldo Ferri', async (page) => {
    assert.match(await text(page), /Hanna Vogel for Helmwerk Automation/);
    await picture(page, 'auditor-log');
    await page.goto(`${portal.url}/audit`);
    await press(page, 'Verify the newest 10,000 entries');
    assert.match(await text(page), /Entries 1 to \d+ are whole/);
    await picture(page, 'auditor-verified');
    const lines = (await (await page.request.get(`${portal.url}/api/v1/audit/export`)).text()).trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.length > 50);
    assert.equal((await page.goto(`${portal.url}/advisories/TDC-2026-105`)).status(), 404);
  }));
});

describe('an administrator', () => {
  it('operates the portal and reads no AMBER by it', () => visit('/admin', 'Ada Brandt', async (page) => {
    await picture(page, 'administrator');
    assert.equal((await page.goto(`${portal.url}/advisories/TDC-2026-103`)).status(), 404);
    assert.equal((await page.goto(`${portal.url}/audit`)).status(), 403);
  }));
});
