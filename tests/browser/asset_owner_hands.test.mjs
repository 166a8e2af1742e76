// The way of an asset owner from a messy spreadsheet to the letter, once with the keyboard alone and once without JavaScript: upload,
// columns, exposure, one match put right, work marked, and one letter of an advisory that comes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { startMail } from './support/mail.mjs';
import { advisory, filter, messy, meter, screen } from './support/plant.mjs';

const root = new URL('../..', import.meta.url).pathname;
const binary = process.env.TOCSIN_BINARY ?? join(root, 'build/release/bin/tocsin');
const file = { name: 'Anlagenliste.csv', mimeType: 'text/csv', buffer: messy };
const password = 'eleven grey herons over the weir';
const stops = 300;  // Of the tab key, on any page.

// Whoever has no mouse: moves by Tab, sees where they are, and presses keys.
function keyboard(page) {
  const reach = async (target) => {
    for (let stop = 0; stop < stops; ++stop) {
      if (await target.evaluate((it) => it === document.activeElement)) {
        const seen = await target.evaluate((it) => {
          const style = getComputedStyle(it);
          return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
        });
        assert.ok(seen, `it shows that it has the focus: ${target}`);
        return;
      }
      await page.keyboard.press('Tab');
    }
    assert.fail(`the tab key never comes to ${target}`);
  };
  return {
    async fill(target, text) {
      await reach(target);
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
    },
    async choose(target, value) {
      await reach(target);
      await page.keyboard.press('Home');
      for (let option = 0; await target.inputValue() !== value; ++option) {
        assert.ok(option < 100, `${value} is among the options`);
        await page.keyboard.press('ArrowDown');
      }
    },
    async tick(target, on = true) {
      if (await target.isChecked() === on) return;
      await reach(target);
      await page.keyboard.press('Space');
      assert.equal(await target.isChecked(), on);
    },
    async send(target, sent) {
      await reach(target);
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
      await chooser.setFiles(sent);
    },
    async press(target) {
      await reach(target);
      await page.keyboard.press('Enter');
    },
  };
}

const mouse = () => ({
  fill: (target, text) => target.fill(text),
  choose: (target, value) => target.selectOption(value),
  tick: (target, on = true) => target.setChecked(on),
  send: (target, sent) => target.setInputFiles(sent),
  press: (target) => target.click(),
});

const ways = [
  { how: 'with the keyboard alone', javaScriptEnabled: true, handsOf: keyboard },
  { how: 'without JavaScript', javaScriptEnabled: false, handsOf: mouse },
];

for (const [number, { how, javaScriptEnabled, handsOf }] of ways.entries()) {
  describe(`an asset owner ${how}`, () => {
    const owner = `rosa${number}@water.example`;
    let mail;
    let portal;
    let page;
    let hands;
    let settings;
    const tocsin = (...words) => execFileSync(binary, [...words.slice(0, 2), '--data', join(portal.folder, 'var'), ...words.slice(2)],
      { encoding: 'utf8', env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    const imported = (document) => {
      const path = join(portal.folder, document.name);
      writeFileSync(path, document.text);
      execFileSync(binary, ['import', '--data', join(portal.folder, 'var'), path], { env: { ...process.env, ...settings }, stdio: 'ignore' });
    };
    const at = (selector) => page.locator(selector);
    const go = (path) => page.goto(portal.url + path);
    const main = () => page.innerText('main');
    const match = (device, id) => page.getByLabel(`${device}, ${id}`, { exact: true });
    // What other threads of the server do: the page is asked until it has been done.
    async function eventually(path, what, holds) {
      for (let tries = 0; tries < 240; ++tries) {
        await go(path);
        if (await holds()) return;
        await page.waitForTimeout(250);
      }
      assert.fail(`${path} never has ${what}: ${await main()}`);
    }
    const leads = (to, target) => Promise.all([page.waitForURL(to), hands.press(target)]);

    before(async () => {
      mail = await startMail();
      portal = await startPortal({ named: true, demo: false,
        settings: (url) => (settings = { ...mail.settings, TOCSIN_PUBLIC_URL: url, TOCSIN_SECOND_FACTOR: 'optional' }) });
      tocsin('org', 'add', 'Wasserwerk Süd', '--kind', 'asset-owner', '--sectors', 'water', '--countries', 'DE');
      tocsin('user', 'add', owner, '--name', 'Rosa Lindner', '--org', 'Wasserwerk Süd', '--roles', 'organisation-administrator');
      const context = await portal.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en', javaScriptEnabled });
      context.setDefaultTimeout(10_000);
      page = await context.newPage();
      hands = handsOf(page);
    });
    after(async () => {
      await portal?.stop();
      await mail?.stop();
    });

    it('comes from a messy spreadsheet to one letter', async () => {
      await page.goto(/http\S+\/link\/\S+/.exec(tocsin('user', 'reset-link', owner))[0]);
      await hands.fill(at('input[name=password]'), password);
      await hands.fill(at('input[name=again]'), password);
      await leads(/\/sign-in\?notice=password-set/, at('main button'));
      await hands.fill(at('input[name=email]'), owner);
      await hands.fill(at('input[name=password]'), password);
      await leads(`${portal.url}/`, at('main form button.button').first());

      await go('/inventory/import');
      await hands.send(at('input[type=file]'), file);
      await leads(/\/inventory\/import\/./, at('main form .button').first());
      for (const [name, field] of Object.entries({ Gerät: 'name', MLFB: 'model', 'FW-Stand': 'firmware', Halle: 'site' })) {
        await hands.choose(page.getByLabel(name, { exact: true }), field);
      }
      await hands.press(at('button[value=compare]'));
      await page.waitForSelector('#difference');
      assert.match(await main(), /Row 8: the same as row 7/);
      await hands.tick(at('input[name=keep_good_rows]'));
      await hands.press(at('button[value=compare]'));
      await page.waitForSelector('button[value=import]');
      await leads(/\/inventory\?notice=saved/, at('button[value=import]'));
      assert.match(await main(), /4 assets/);

      await eventually('/exposure', 'five matches', async () => await at('.exposure-list input[name=match]').count() === 5);
      await hands.tick(match(meter, 'TDC-2025-002'));
      await hands.fill(at('#f-reason'), 'Exchanged for another make');
      await leads(/notice=saved/, at('button[name=do][value=rejected]'));
      assert.equal(await match(meter, 'TDC-2025-002').count(), 0, 'it is no open matter any more');
      assert.equal(await at('.exposure-list input[name=match]').count(), 4, 'and nothing else is gone');

      // Else the address is the one that is waited for already.
      await go('/exposure');
      await hands.tick(match(screen, 'TDC-2025-001'));
      await hands.choose(at('#f-state'), 'done');
      await hands.fill(at('#f-evidence'), 'V2.9.4 since the outage');
      await leads(/notice=saved/, at('button[name=do][value=state]'));
      assert.equal(await match(screen, 'TDC-2025-001').count(), 0);
      assert.equal(await match(filter, 'TDC-2025-001').count(), 1);
      await go('/exposure?state=done');
      assert.equal(await match(screen, 'TDC-2025-001').count(), 1, 'done, and kept');

      await go('/notifications/new');
      await hands.fill(at('input[name=name]'), 'Our plant');
      await hands.tick(at('input[name=exposure]'));
      await hands.tick(at('input[name=channel][value=mail]'));
      await leads(/\/notifications\?notice=subscribed/, page.getByRole('button', { name: 'Subscribe' }));

      imported(advisory({ id: 'TDC-2026-901', title: 'Helmwerk HW-710 stops on a long name', cve: 'CVE-1900-0901' }));
      // Of a thing that they do not have, and again the first: no other letter.
      imported(advisory({ id: 'TDC-2026-902', title: 'Helmwerk HW-740 forgets its program', cve: 'CVE-1900-0902', product: 'HW-3' }));
      imported(advisory({ id: 'TDC-2026-901', title: 'Helmwerk HW-710 stops on a long name', cve: 'CVE-1900-0901' }));
      imported(advisory({ id: 'TDC-2026-903', title: 'Helmwerk HW-710 tells its password', cve: 'CVE-1900-0903' }));
      const told = (id) => mail.letters.filter((each) => each.headers.has('list-unsubscribe') && each.subject.includes(id));
      await mail.wait('TDC-2026-903', () => told('TDC-2026-903').length > 0);
      await eventually('/metrics', 'an empty out tray', async () => /^tocsin_mail_waiting 0$/m.test(await page.innerText('body')));
      assert.deepEqual(['TDC-2026-901', 'TDC-2026-902', 'TDC-2026-903'].map((id) => told(id).length), [1, 0, 1]);
      assert.deepEqual(told('TDC-2026-901')[0].to, [owner]);
    });
  });
}
