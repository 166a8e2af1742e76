// Writing objects of STIX as people meet it: with the form, as source, without JavaScript, by keyboard, on a phone; and two of one organisation at once.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, signIn, sizes } from './visit.mjs';

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

const go = (page) => page.getByRole('button', { name: 'Go on: look at it before it is saved' }).click();
const save = (page) => page.getByRole('button', { name: 'Save it' }).click();
const error = (page) => page.locator('.error-summary');

// A campaign with the least that it needs; its address.
async function write(page, name) {
  await page.goto(`${portal.url}/threats/new?type=campaign`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await go(page);
  await save(page);
  await page.waitForURL(/\/threats\/campaign--.*notice=saved/);
  return page.url().replace(/\?.*/, '');
}

describe('the pages', () => {
  const pages = { types: '/threats/new', campaign: '/threats/new?type=campaign', malware: '/threats/new?type=malware', source: '/threats/new?type=indicator&view=source' };
  for (const [name, path] of Object.entries(pages)) {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark']) {
        it(`${name}, ${size}, ${colorScheme}: accessible, no sideways scrolling`, async () => {
          const { made, page } = await signIn(portal, 'Ana Duarte', { viewport, colorScheme, bypassCSP: true });
          await page.goto(portal.url + path);
          await check(page, `author ${name} ${size} ${colorScheme}`);
          await made.close();
        });
      }
    }
  }
});

describe('an object', () => {
  it('is written without JavaScript, changed as source, and revoked', async () => {
    const { made, page } = await signIn(portal, 'Ana Duarte', { javaScriptEnabled: false });
    await page.goto(`${portal.url}/threats`);
    await page.getByRole('link', { name: 'Write an object' }).click();
    await page.getByRole('link', { name: 'Malware', exact: true }).click();
    await page.getByText('Types of malware', { exact: false }).first().click();
    await page.getByLabel('ransomware').check();
    await page.getByLabel('Confidence (0 to 100)').fill('900');
    await page.getByLabel('Name', { exact: false }).first().fill('Siltworm <b>');
    await go(page);
    assert.match(await error(page).innerText(), /confidence/i);
    await page.getByLabel('Confidence (0 to 100)').fill('90');
    await go(page);
    assert.match(await page.locator('main').innerText(), /nothing has been saved yet[\s\S]*Siltworm <b>[\s\S]*Who will see it/);
    await save(page);
    const url = page.url().replace(/\?.*/, '');
    await page.getByRole('link', { name: 'Edit it' }).click();
    assert.ok(await page.getByLabel('ransomware').isChecked());
    await page.getByRole('button', { name: 'As source' }).click();
    const source = page.getByLabel('Source');
    const object = JSON.parse(await source.inputValue());
    await source.fill(JSON.stringify({ ...object, aliases: 'no list' }));
    await go(page);
    assert.match(await error(page).innerText(), /\/aliases/);
    assert.match(await source.inputValue(), /no list/);
    await source.fill(JSON.stringify({ ...object, x_depth: { metres: 3 } }));
    await go(page);
    await save(page);
    const kept = await page.context().request.get(`${portal.url}/api/v1${new URL(url).pathname}/document`);
    assert.deepEqual((await kept.json()).x_depth, { metres: 3 });
    await page.getByRole('link', { name: 'Revoke it' }).click();
    await page.getByLabel('Why').fill('It was silt.');
    await page.getByRole('button', { name: 'Revoke it' }).click();
    assert.match(await page.locator('main').innerText(), /revoked/);
    assert.equal(await page.getByRole('link', { name: 'Edit it' }).count(), 0);
    await made.close();
  });

  it('that somebody else saved meanwhile is told, and what was typed stays', async () => {
    const { made, page } = await signIn(portal, 'Ana Duarte');
    const url = await write(page, 'Spring tide');
    const other = await made.newPage();
    await other.goto(`${url}/edit`);
    await page.goto(`${url}/edit`);
    for (const [who, name] of [[page, 'Neap tide'], [other, 'Storm tide']]) {
      await who.getByLabel('Name', { exact: true }).fill(name);
      await go(who);
    }
    await save(page);
    await page.waitForURL(/notice=saved/);
    await save(other);
    assert.match(await error(other).innerText(), /meanwhile/);
    assert.equal(await other.getByLabel('Name', { exact: true }).inputValue(), 'Storm tide');
    await go(other);
    await save(other);
    assert.match(await other.locator('h1').innerText(), /Storm tide/);
    await made.close();
  });

  it('is written by keyboard alone', async () => {
    const { made, page } = await signIn(portal, 'Ana Duarte');
    await page.goto(`${portal.url}/threats/new?type=tool`);
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.type('Rake');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save it' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/threats\/tool--.*notice=saved/);
    await made.close();
  });
});
