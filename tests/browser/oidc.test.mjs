// Signing in by a real OpenID provider: from the button to the provider's own pages and back, its groups, its new keys.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { startProvider } from './provider.mjs';

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const password = 'eleven grey herons over the weir';
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const accounts = {
  ada: { email: 'ada@water.example', email_verified: true, name: 'Ada', groups: ['ot-admins', 'everybody'] },
  kim: { email: 'kim.private@elsewhere.example', email_verified: true, name: 'Kim' },
  eve: { email: 'ada@water.example', email_verified: false, name: 'Eve' },
};
let portal;
let provider;

function invite(mail, name) {
  const script = new URL('./invite.py', import.meta.url).pathname;
  return execFileSync('python3', [script, join(portal.folder, 'var/tocsin.db'), mail, name, '1'], { encoding: 'utf8' }).trim();
}
async function context(options = {}) {
  const made = await portal.browser.newContext(options);
  made.setDefaultTimeout(10_000);
  return { made, page: await made.newPage() };
}
// On the provider's pages: login, consent where it asks, until the browser is back at the portal.
async function atProvider(page, login) {
  await page.waitForURL(`${provider.issuer}/**`);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  for (;;) {
    await page.waitForLoadState();
    if (page.url().startsWith(portal.url)) return;
    await page.click('button[type=submit]');
  }
}
async function signIn(page, login) {
  await page.goto(`${portal.url}/sign-in?next=%2Faccount`);
  await page.click('text=Sign in with Valley ID');
  await atProvider(page, login);
}
async function roles(page) {
  const me = await page.request.get(`${portal.url}/api/v1/me`);
  assert.equal(me.status(), 200);
  const found = (await me.json()).organisations.find((each) => each.name === 'Waterworks Upper Valley');
  return found.roles;
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

before(async () => {
  provider = await startProvider(accounts);
  portal = await startPortal({ named: true, demo: false, settings: provider.settings });
  invite('ada@water.example', 'Ada Invited');
});
after(async () => {
  await portal?.stop();
  await provider?.stop();
});

describe('by a provider outside', () => {
  it('who has not proven the address there gets no account by it', async () => {
    const { made, page } = await context();
    await signIn(page, 'eve');
    assert.match(await page.textContent('main'), /no account here goes with it/);
    await page.goto(`${portal.url}/account`);
    assert.match(page.url(), /\/sign-in/);
    await made.close();
  });

  it('an invited person comes in without JavaScript, and a group gives the role', async () => {
    const { made, page } = await context({ javaScriptEnabled: false });
    await signIn(page, 'ada');
    assert.equal(new URL(page.url()).pathname, '/account', await page.textContent('main'));
    assert.match(await page.textContent('main'), /ada@water\.example/);
    assert.deepEqual(await roles(page), ['member', 'organisation-administrator']);
    await made.close();
  });

  it('goes on when the provider changes its keys, and who loses the group loses the role', async () => {
    provider.restart();
    accounts.ada.groups = ['everybody'];
    const { made, page } = await context();
    await signIn(page, 'ada');
    assert.equal(new URL(page.url()).pathname, '/account');
    assert.deepEqual(await roles(page), ['member']);
    await made.close();
  });

  it('a member connects, comes in that way, proves again, and disconnects', async () => {
    const secret = invite('kim@water.example', 'Kim');
    const { made, page } = await context();
    await page.goto(`${portal.url}/link/${secret}`);
    await page.fill('input[name=password]', password);
    await page.fill('input[name=again]', password);
    await page.click('main button');
    await page.waitForURL(/password-set/);
    await page.fill('input[name=email]', 'kim@water.example');
    await page.fill('input[name=password]', password);
    await page.click('form[action="/sign-in"] button[type=submit]');
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    await page.goto(`${portal.url}/account/security`);
    await page.click('text=Connect Valley ID');
    await atProvider(page, 'kim');
    assert.match(page.url(), /\/account\/security\?notice=outside-connected/);
    assert.match(await page.textContent('#outside'), /kim\.private@elsewhere\.example/);

    const other = await context();
    await signIn(other.page, 'kim');
    assert.equal(new URL(other.page.url()).pathname, '/account');
    await other.page.goto(`${portal.url}/confirm?next=%2Faccount%2Ftokens%2Fnew`);
    await other.page.click('text=Prove it at Valley ID');
    await atProvider(other.page, 'kim');
    assert.match(other.page.url(), /\/account\/tokens\/new\?notice=confirmed/);

    await page.click('#outside >> text=Disconnect');
    await page.waitForURL(/notice=outside-disconnected/);
    await other.page.goto(`${portal.url}/account`);
    assert.match(other.page.url(), /\/sign-in/, 'who came in by it is out');
    await other.page.click('text=Sign in with Valley ID');
    await other.page.waitForURL(/\/sign-in\/oidc\/callback/);
    assert.match(await other.page.textContent('main'), /no account here goes with it/);
    await other.made.close();
    await made.close();
  });

  it('offers to sign out there, too', async () => {
    const { made, page } = await context();
    await page.goto(`${portal.url}/sign-in?notice=signed-out`);
    await page.click('text=sign out there, too');
    assert.ok(page.url().startsWith(`${provider.issuer}/session/end`));
    await made.close();
  });

  it('its pages are accessible in both themes and sizes', async () => {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark']) {
        const { made, page } = await context({ viewport, colorScheme, bypassCSP: true });
        await page.goto(`${portal.url}/sign-in?notice=signed-out`);
        await check(page, `outside sign-in ${size} ${colorScheme}`);
        await page.goto(`${portal.url}/sign-in/oidc/callback?code=1`);
        await check(page, `outside refused ${size} ${colorScheme}`);
        await signIn(page, 'ada');
        await page.goto(`${portal.url}/account/security`);
        await check(page, `outside security ${size} ${colorScheme}`);
        await page.goto(`${portal.url}/confirm?next=%2Faccount`);
        await check(page, `outside confirm ${size} ${colorScheme}`);
        await made.close();
      }
    }
  });
});
