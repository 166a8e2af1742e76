// How tests of pages visit them: as people of the demonstration, on screens of two sizes, with an eye on accessibility.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
export const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

export const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

// Somebody of the demonstration, signed in, in a browser context of their own.
export async function signIn(portal, name, options = {}) {
  const made = await portal.browser.newContext(options);
  made.setDefaultTimeout(10_000);
  const page = await made.newPage();
  await page.goto(`${portal.url}/sign-in`);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/sign-in')),
    page.locator('.demo-people li', { hasText: name }).getByRole('button').first().click()]);
  return { made, page };
}

// Accessible, and nothing to scroll sideways; where SHOTS names a folder, pictures are left there.
export async function check(page, name) {
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
