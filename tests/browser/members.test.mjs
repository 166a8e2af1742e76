// Members' pages as people meet them: an invitation, signing in by keyboard alone, second factor, tokens; accessible in both
// themes and sizes, and without JavaScript.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const password = 'eleven grey herons over the weir';
// SHOTS=folder keeps a picture of every page, for looking at.
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

let portal;
function invite(mail, name, roles = 1, from = portal) {
  const script = new URL('./invite.py', import.meta.url).pathname;
  return execFileSync('python3', [script, join(from.folder, 'var/tocsin.db'), mail, name, String(roles)], { encoding: 'utf8' }).trim();
}

async function context(options = {}) {
  const made = await portal.browser.newContext(options);
  made.setDefaultTimeout(10_000);
  return { made, page: await made.newPage() };
}

async function accept(page, secret, url = portal.url) {
  await page.goto(`${url}/link/${secret}`);
  await page.fill('input[name=password]', password);
  await page.fill('input[name=again]', password);
  await Promise.all([page.waitForURL(/\/sign-in\?notice=password-set/), page.click('main button')]);
}

async function signIn(page, mail) {
  await page.goto(`${portal.url}/sign-in`);
  await page.fill('input[name=email]', mail);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/sign-in') || url.pathname.endsWith('factor')),
    page.click('main button[type=submit]')]);
}

// RFC 6238, SHA-1, six digits.
function totp(base32) {
  let bits = '';
  for (const letter of base32) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((each) => Number.parseInt(each, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function check(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name.replace(/[^a-z0-9]+/gi, '-')}.png`), fullPage: true });
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return result.violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
  assert.deepEqual(found, [], name);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(sideways <= 0, `${name} scrolls sideways by ${sideways} px`);
}

before(async () => { portal = await startPortal({ demo: false }); });
after(async () => { await portal.stop(); });

describe('by keyboard alone', () => {
  it('an invitation is accepted, and the new member signs in', async () => {
    const secret = invite('kim@water.example', 'Kim Keyboard');
    const { made, page } = await context();
    await page.goto(`${portal.url}/link/${secret}`);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'password');
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.type('not the same');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.error-summary');
    assert.equal(await page.evaluate(() => document.activeElement?.className.includes('error-summary')), true, 'what is wrong has the focus');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#f-again$/);
    await page.fill('input[name=password]', password);
    await page.focus('input[name=again]');
    await page.keyboard.type(password);
    await Promise.all([page.waitForURL(/\/sign-in/), page.keyboard.press('Enter')]);
    await page.keyboard.type('kim@water.example');
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await Promise.all([page.waitForURL(`${portal.url}/`), page.keyboard.press('Enter')]);
    assert.match(await page.textContent('.person-menu summary'), /Kim Keyboard/);
    await page.focus('.person-menu summary');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('href')), '/account');
    await made.close();
  });
});

describe('every page of a member', () => {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
        const mail = `${size}-${colorScheme}@water.example`;
        const secret = invite(mail, 'Alexandra Ångström-Featherstonehaugh');
        const { made, page } = await context({ viewport, colorScheme, bypassCSP: true });
        const look = async (path, name) => {
          await page.goto(portal.url + path);
          await check(page, `${name} ${size} ${colorScheme}`);
        };
        await look('/sign-in', 'sign in');
        await look('/link/nothing', 'dead link');
        await look(`/link/${secret}`, 'invitation');
        await accept(page, secret);
        await page.fill('input[name=email]', mail);
        await page.fill('input[name=password]', 'wrong wrong wrong wrong');
        await page.click('main button[type=submit]');
        await page.waitForSelector('.error-summary');
        await check(page, `sign in refused ${size} ${colorScheme}`);
        await signIn(page, mail);
        await page.click('.person-menu summary');
        await check(page, `menu ${size} ${colorScheme}`);
        for (const [name, path] of Object.entries({
          profile: '/account?notice=saved', security: '/account/security', app: '/account/security/app',
          tokens: '/account/tokens', 'new token': '/account/tokens/new', erase: '/account/erase', confirm: '/confirm?next=/account',
          forbidden: '/no/such/page',
        })) {
          await look(path, name);
        }
        await page.goto(`${portal.url}/account/tokens/new`);
        await page.fill('input[name=name]', 'SIEM <b>import</b>');
        await page.click('main button[type=submit]');
        await page.waitForSelector('code.secret');
        await check(page, `token made ${size} ${colorScheme}`);
        await look('/account/tokens', 'token list');
        await page.goto(`${portal.url}/account/security/app`);
        const key = (await page.textContent('code.secret')).replaceAll(' ', '');
        await page.fill('input[name=code]', totp(key));
        await page.click('main button[type=submit]');
        await page.waitForSelector('.secrets');
        await check(page, `recovery codes ${size} ${colorScheme}`);
        const recovery = await page.textContent('.secrets code');
        await look('/account/security', 'security with app');
        await page.click('.person-menu summary');
        await page.click('.person-menu button:has-text("Sign out")');
        await page.waitForURL(/notice=signed-out/);
        await signIn(page, mail);
        assert.match(page.url(), /second-factor/);
        await check(page, `second factor ${size} ${colorScheme}`);
        await page.fill('input[name=code]', recovery);
        await Promise.all([page.waitForURL(`${portal.url}/`), page.click('main button[type=submit]')]);
        await made.close();
      });
    }
  }
});

describe('without JavaScript', () => {
  it('an account works: profile, another organisation, a token, sign-out', async () => {
    const secret = invite('nora@water.example', 'Nora Noscript');
    const { made, page } = await context({ javaScriptEnabled: false });
    await accept(page, secret);
    await signIn(page, 'nora@water.example');
    await page.goto(`${portal.url}/account`);
    await page.fill('input[name=name]', 'Nora N.');
    await page.click('main form button');
    assert.match(await page.textContent('.callout-good'), /Saved/);
    await page.click('.person-menu summary');
    await page.click('.person-menu button:has-text("Waterworks"), .person-menu button:has-text("Power plant")');
    assert.match(await page.textContent('.callout-good'), /act for another organisation/);
    await page.click('.person-menu summary');
    await page.click('.person-menu button:has-text("Sign out")');
    assert.match(page.url(), /notice=signed-out/);
    await page.goto(`${portal.url}/account`);
    assert.match(page.url(), /\/sign-in\?next=%2Faccount/);
    await made.close();
  });
});

describe('a passkey', () => {
  it('is added, and signs in without a password', async () => {
    const named = await startPortal({ named: true, demo: false });
    try {
      const secret = invite('pat@water.example', 'Pat Passkey', 1, named);
      const made = await named.browser.newContext();
      made.setDefaultTimeout(10_000);
      const page = await made.newPage();
      const cdp = await made.newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
      });
      await accept(page, secret, named.url);
      await page.fill('input[name=email]', 'pat@water.example');
      await page.fill('input[name=password]', password);
      await Promise.all([page.waitForURL(`${named.url}/`), page.click('main form button.button')]);
      await page.goto(`${named.url}/account/security`);
      await page.fill('input[name=label]', 'Test device');
      await Promise.all([page.waitForURL(/notice=passkey-added/), page.click('[data-passkey-register] button')]);
      assert.match(await page.textContent('#passkeys'), /Test device/);
      await page.click('.person-menu summary');
      await Promise.all([page.waitForURL(/signed-out/), page.click('.person-menu button:has-text("Sign out")')]);
      await Promise.all([page.waitForURL(`${named.url}/`), page.click('[data-passkey-sign-in]')]);
      assert.match(await page.textContent('.person-menu summary'), /Pat Passkey/);
      await made.close();
    } finally {
      await named.stop();
    }
  });
});
