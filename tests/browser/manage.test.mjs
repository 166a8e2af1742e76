// Read marks, comments and removal as people meet them: by mouse, by keyboard alone and without JavaScript; accessible in both
// themes and sizes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, signIn, sizes } from './visit.mjs';

let portal;
before(async () => { portal = await startPortal(); });
after(async () => { await portal.stop(); });

const as = (...given) => signIn(portal, ...given);

describe('an advisory', () => {
  it('is unread until it is marked, alone or with all of a search', async () => {
    const { made, page } = await as('Petra Sommer');
    await page.goto(`${portal.url}/advisories?q=vendor:helmwerk`);
    const unread = await page.locator('.card.is-unread').count();
    assert.ok(unread > 1);
    await page.locator('.card-title a').first().click();
    await page.getByRole('button', { name: 'Mark as read' }).click();
    await page.waitForURL(/notice=marked-read/);
    assert.match(await page.textContent('main'), /You have read this/);
    await page.goto(`${portal.url}/advisories?q=vendor:helmwerk`);
    assert.equal(await page.locator('.card.is-unread').count(), unread - 1);
    await page.getByRole('link', { name: 'unread', exact: true }).click();
    await page.waitForURL(/read%3Ano|read:no/);
    assert.equal(await page.locator('.card').count(), unread - 1);
    await page.getByRole('button', { name: 'Mark all of this search as read' }).click();
    await page.waitForURL(/notice=marked-read/);
    assert.equal(await page.locator('.card').count(), 0);
    await made.close();
  });

  it('is commented on by keyboard alone and without JavaScript', async () => {
    const { made, page } = await as('Wendy Aumann', { javaScriptEnabled: false });
    await page.goto(`${portal.url}/advisories/tdc-2025-001`);
    await page.focus('#comment-text');
    await page.keyboard.type('Seen at pump 3\nat night');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/notice=saved/);
    assert.match(await page.textContent('#comments'), /Seen at pump 3/);
    await page.getByRole('link', { name: /^Edit/ }).click();
    await page.fill('textarea[name=text]', 'Seen at pump 4');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/notice=saved/);
    assert.match(await page.textContent('#comments'), /Seen at pump 4/);
    const other = await as('Cora Lindqvist');
    await other.page.goto(`${portal.url}/advisories/tdc-2025-001`);
    assert.doesNotMatch(await other.page.textContent('main'), /Seen at pump/);
    await other.page.fill('#comment-text', 'Please look at this one first');
    await other.page.getByLabel('Every member who may see this advisory').check();
    await other.page.getByRole('button', { name: 'Add the comment' }).click();
    await other.page.waitForURL(/notice=saved/);
    await other.made.close();
    await page.reload();
    assert.match(await page.textContent('#comments'), /Please look at this one first/);
    assert.doesNotMatch(await page.textContent('#comments'), /Cora Lindqvist/);
    await made.close();
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      it(`is accessible with all that, ${size}, ${colorScheme}`, async () => {
        const { made, page } = await as('Cora Lindqvist', { viewport, colorScheme, bypassCSP: true });
        for (const [name, path] of Object.entries({
          list: '/advisories?q=vendor:helmwerk', advisory: '/advisories/TDC-2025-001', comments: '/advisories/TDC-2025-001/comments',
          removal: '/advisories/TDC-2025-001/remove',
        })) {
          await page.goto(portal.url + path);
          await check(page, `${name} ${size} ${colorScheme}`);
        }
        await made.close();
      });
    }
  }

  it('is removed for good, after a second thought', async () => {
    const { made, page } = await as('Cora Lindqvist');
    await page.goto(`${portal.url}/advisories/TDC-2025-002`);
    await page.getByRole('link', { name: 'Remove this advisory' }).click();
    await page.fill('textarea[name=reason]', 'Sent by mistake');
    await page.getByRole('button', { name: 'Remove it for good' }).click();
    await page.waitForSelector('.error-summary');
    assert.equal(await page.inputValue('textarea[name=reason]'), 'Sent by mistake', 'what was typed stays');
    await page.check('input[name=understood]');
    await page.getByRole('button', { name: 'Remove it for good' }).click();
    await page.waitForURL(/\/advisories\?notice=removed/);
    const gone = await page.goto(`${portal.url}/advisories/TDC-2025-002`);
    assert.equal(gone.status(), 404);
    await made.close();
  });
});
