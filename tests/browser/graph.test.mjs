// The graph of threat knowledge as people meet it: list and drawing beside each other, by keyboard, without JavaScript, on a phone, and with
// ten thousand objects, while the page goes on answering.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { check, sizes } from './visit.mjs';

const marking = 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487';
const id = (type, number) => `${type}--00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const common = { spec_version: '2.1', created: '2025-01-01T00:00:00.000Z', modified: '2025-02-01T00:00:00.000Z', object_marking_refs: [marking] };
const thing = (type, number, name, more = {}) => ({ ...common, type, id: id(type, number), name, ...more });
const relation = (number, source, verb, target) => ({
  ...common, type: 'relationship', id: id('relationship', number), relationship_type: verb, source_ref: source, target_ref: target,
});
const crowd = 12_000;
const worm = id('malware', 1);
const gang = id('intrusion-set', 2);
const hub = id('campaign', 5);

// A few objects of every kind of mark, and a campaign that thousands of addresses are joined to.
function knowledge() {
  const objects = [
    thing('malware', 1, 'Siltworm', { is_family: true }), thing('intrusion-set', 2, 'Mudlark', { first_seen: '2024-03-01T00:00:00Z' }),
    thing('attack-pattern', 3, 'Opens a sluice'), thing('course-of-action', 4, 'Close the sluice'), thing('campaign', 5, 'Spring tide'),
    thing('vulnerability', 6, 'CVE-1900-0101'), thing('identity', 7, 'Water board'), thing('tool', 8, 'Rake'),
    thing('report', 9, 'What the river brought', { published: '2025-01-20T00:00:00Z', object_refs: [worm, gang] }),
    relation(20, gang, 'uses', worm), relation(21, worm, 'uses', id('attack-pattern', 3)), relation(22, id('course-of-action', 4), 'mitigates', id('attack-pattern', 3)),
    relation(23, worm, 'exploits', id('vulnerability', 6)), relation(24, gang, 'targets', id('identity', 7)), relation(25, gang, 'uses', id('tool', 8)),
  ];
  for (let i = 0; i < crowd; ++i) {
    objects.push({ type: 'ipv4-addr', spec_version: '2.1', id: id('ipv4-addr', 100_000 + i), value: `198.${51 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, object_marking_refs: [marking] });
    objects.push(relation(200_000 + i, id('ipv4-addr', 100_000 + i), 'related-to', i % 2 === 0 ? hub : id('ipv4-addr', 100_000 + Math.floor(i / 2))));
  }
  return { type: 'bundle', id: id('bundle', 1), objects };
}

let portal;
before(async () => {
  portal = await startPortal({
    demo: false,
    files(folder) {
      const file = join(folder, 'graph.json');
      writeFileSync(file, JSON.stringify(knowledge()));
      return [file];
    },
  });
});
after(async () => { await portal.stop(); });

async function open(path, options = {}) {
  const context = await portal.browser.newContext(options);
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(portal.url + path, { waitUntil: 'load' });
  return { page, context };
}
const drawn = (page) => page.waitForSelector('section[data-graph][data-state="still"]');
const graph = `/threats/${worm}/graph?depth=3`;

describe('the pages of the graph', () => {
  const pages = { graph, 'in time': `${graph}&order=time`, path: `/threats/${worm}/path?to=${id('course-of-action', 4)}`, choices: `/threats/${worm}/path?to=sluice` };
  for (const [name, path] of Object.entries(pages)) {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark']) {
        it(`${name}, ${size}, ${colorScheme}: accessible, no sideways scrolling of the page`, async () => {
          const { page, context } = await open(path, { viewport, colorScheme, bypassCSP: true });
          if (path.startsWith(graph)) await drawn(page);
          await check(page, `graph ${name} ${size} ${colorScheme}`);
          await context.close();
        });
      }
    }
  }
});

describe('the list', () => {
  it('needs no JavaScript: it is narrowed, sorted, and leads on', async () => {
    const { page, context } = await open(graph, { javaScriptEnabled: false });
    assert.equal(await page.locator('section[data-graph]').isVisible(), false);
    assert.match(await page.locator('main').innerText(), /1 step away[\s\S]*Mudlark[\s\S]*2 steps away[\s\S]*Close the sluice/);
    await page.getByLabel('Joined by').selectOption('uses');
    await page.getByRole('button', { name: 'Show' }).click();
    assert.equal(await page.getByText('CVE-1900-0101').count(), 0);
    await page.getByRole('link', { name: 'time' }).click();
    assert.equal(await page.locator('.graph-strip svg').count(), 1);
    await page.getByRole('link', { name: /from here.*Mudlark/ }).click();
    await page.waitForURL(`**/threats/${gang}/graph`);
    await page.getByRole('link', { name: 'The way to another' }).click();
    await page.getByLabel('The way to').fill('close the sluice');
    await page.getByRole('button', { name: 'Find' }).click();
    assert.match(await page.locator('main').innerText(), /3 steps[\s\S]*Mudlark[\s\S]*Siltworm[\s\S]*Opens a sluice[\s\S]*Close the sluice/);
    await context.close();
  });
});

describe('the drawing', () => {
  it('and the list show the same object chosen', async () => {
    const { page, context } = await open(graph);
    await drawn(page);
    assert.equal(await page.locator('section[data-graph]').getAttribute('data-count'), '8');
    await page.locator(`[data-node="${gang}"] a`).first().focus();
    await page.waitForFunction(() => /Mudlark/.test(document.querySelector('[data-graph-now]').textContent));
    assert.match(await page.getByRole('link', { name: 'Draw from here' }).getAttribute('href'), new RegExp(`${gang}/graph$`));
    // And back: by keyboard from the drawing.
    await page.locator('canvas').focus();
    await page.keyboard.press('Home');
    await page.waitForFunction(() => /Siltworm/.test(document.querySelector('[data-graph-now]').textContent));
    await page.keyboard.press('PageDown');
    const chosen = await page.locator('tr.graph-chosen').getAttribute('data-node');
    assert.ok(chosen && chosen !== worm);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/threats/${chosen}`);
    await context.close();
  });
  it('is moved and zoomed by keyboard and mouse, and the page scrolls when it is not in focus', async () => {
    const { page, context } = await open(graph, { viewport: sizes.desktop });
    await drawn(page);
    const picture = () => page.locator('canvas').evaluate((canvas) => canvas.toDataURL());
    // Drawn in the next frame.
    const changed = async (act) => {
      const before = await picture();
      await act();
      await page.waitForFunction((old) => document.querySelector('canvas').toDataURL() !== old, before);
    };
    await page.locator('canvas').focus();
    for (const key of ['ArrowLeft', '+', '-', '0']) await changed(() => page.keyboard.press(key));
    await changed(() => page.getByRole('button', { name: 'Zoom in' }).click());
    const box = await page.locator('canvas').boundingBox();
    await changed(async () => {
      await page.mouse.move(box.x + 50, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + 120, box.y + 90, { steps: 4 });
      await page.mouse.up();
    });
    await page.getByRole('button', { name: 'Show all of it' }).focus();
    await page.mouse.move(box.x + 50, box.y + 50);
    await page.mouse.wheel(0, 200);
    await page.waitForFunction(() => scrollY > 0);
    await context.close();
  });
  it('of ten thousand objects leaves the page free to answer', async () => {
    const { page, context } = await open(`/threats/${hub}/graph?depth=3`);
    await page.locator('[data-graph-limit]').selectOption('10000');
    await page.waitForFunction(() => document.querySelector('section[data-graph]').dataset.count === '10000');
    // Input is answered while it is laid out: a key of the drawing, a link of the list, and frames in between.
    await page.locator('canvas').focus();
    await page.keyboard.press('PageDown');
    await page.waitForFunction(() => document.querySelector('[data-graph-now]').textContent.includes('Spring tide'));
    for (let i = 0; i < 5; ++i) {
      await page.keyboard.press('+');
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    const row = page.locator('[data-node] a').first();
    await row.focus();
    await page.waitForFunction(() => document.querySelector('tr.graph-chosen'));
    await context.close();
  });
  it('of readers who want little motion is shown when it stands still', async () => {
    const { page, context } = await open(graph, { reducedMotion: 'reduce' });
    await drawn(page);
    assert.match(await page.locator('[data-graph-now]').innerText(), /8 objects and \d+ edges/);
    await context.close();
  });
});
