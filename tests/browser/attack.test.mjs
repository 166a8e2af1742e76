// ATT&CK as people meet it: the matrix on a desk and on a phone, by keyboard and without JavaScript, in both themes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { common, id, importKnowledge, part, relation } from './support/attack.mjs';

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

// Twelve tactics of some techniques each, invented.
function knowledgeBase() {
  const tactics = Array.from({ length: 12 }, (_, i) => i + 1);
  const objects = [part('x-mitre-matrix', 1, 'ics-attack', 'Matrix of sluices', { tactic_refs: tactics.map((i) => id('x-mitre-tactic', 10 + i)) })];
  for (const i of tactics) {
    objects.push(part('x-mitre-tactic', 10 + i, `TA90${10 + i}`, `Inhibit the response of gate ${i}`, { x_mitre_shortname: `gate-${i}` }));
    for (let k = 0; k < 4; ++k) {
      objects.push(part('attack-pattern', 100 + i * 10 + k, `T9${100 + i * 10 + k}`, `Unauthorized command message ${i}.${k}`, {
        description: 'Opens **sluices**.', kill_chain_phases: [{ kill_chain_name: 'mitre-ics-attack', phase_name: `gate-${i}` }],
      }));
    }
  }
  objects.push(part('attack-pattern', 900, 'T9110.001', 'By radio', { kill_chain_phases: [{ kill_chain_name: 'mitre-ics-attack', phase_name: 'gate-1' }] }));
  objects.push(part('intrusion-set', 901, 'G9001', 'Mudlark', { aliases: ['River gang'] }));
  objects.push(relation(902, id('intrusion-set', 901), 'uses', id('attack-pattern', 110), { description: 'Opened one.' }));
  objects.push({ ...common, type: 'report', id: id('report', 903), name: 'Spring tide', published: '2025-01-01T00:00:00Z', object_refs: [id('intrusion-set', 901)], description: 'T9110 and T9120.' });
  return objects;
}

let portal;
before(async () => {
  portal = await startPortal({ demo: false });
  await importKnowledge(portal, knowledgeBase());
});
after(async () => { await portal.stop(); });

async function open(path, options = {}) {
  const context = await portal.browser.newContext(options);
  const page = await context.newPage();
  await page.goto(portal.url + path, { waitUntil: 'load' });
  return { page, context };
}

describe('pages of ATT&CK', () => {
  const pages = { matrix: '/threats/attack', 'a group’s': '/threats/attack?by=G9001', technique: '/threats/attack/T9110', group: '/threats/attack/G9001', layer: '/threats/attack/layer' };
  for (const [name, path] of Object.entries(pages)) {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark']) {
        it(`${name}, ${size}, ${colorScheme}: accessible, no sideways scrolling of the page`, async () => {
          const { page, context } = await open(path, { viewport, colorScheme, bypassCSP: true });
          await page.evaluate(axe);
          const found = await page.evaluate(async () => {
            const result = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
            return result.violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
          });
          assert.deepEqual(found, []);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1));
          await context.close();
        });
      }
    }
  }
});

describe('the matrix', () => {
  it('has its columns side by side on a desk and one below the other on a phone', async () => {
    for (const [size, viewport] of Object.entries(sizes)) {
      const { page, context } = await open('/threats/attack', { viewport });
      const boxes = await page.locator('.attack-column').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON()));
      assert.equal(boxes.length, 12);
      if (size === 'desktop') assert.ok(Math.abs(boxes[0].y - boxes[1].y) < 2, 'side by side');
      else assert.ok(boxes[1].y >= boxes[0].bottom, 'one below the other');
      await context.close();
    }
  });
  it('is asked for a group without JavaScript, and leads to a technique by keyboard', async () => {
    const { page, context } = await open('/threats/attack', { javaScriptEnabled: false });
    await page.getByLabel('Highlight what has to do with').selectOption('G9001');
    await page.getByRole('button', { name: 'Show' }).click();
    assert.equal(await page.locator('.attack-marked').count(), 1);
    await page.locator('.attack-marked a').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/threats/attack/T9110');
    assert.match(await page.locator('h1').innerText(), /Unauthorized command message/);
    await context.close();
  });
  it('shows a layer that the reader brings', async () => {
    const { page, context } = await open('/threats/attack/layer');
    const layer = { name: 'Mine', domain: 'ics-attack', techniques: [{ techniqueID: 'T9111', score: 3, comment: 'here' }] };
    await page.getByLabel('Layer').setInputFiles({ name: 'layer.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(layer)) });
    await page.getByRole('button', { name: 'Show' }).click();
    assert.equal(await page.locator('.attack-marked').count(), 1);
    assert.match(await page.locator('main').innerText(), /Mine/);
    await context.close();
  });
});
