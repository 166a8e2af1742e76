// node benchmarks/graph_drawn.mjs URL ID...: how long a browser takes from asking for an object's graph to its picture, for
// each of the objects, in milliseconds. Prints one line of JSON. `npm --prefix tests/browser ci` first.
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../tests/browser/package.json', import.meta.url))('playwright-core');
const [url, ...ids] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
// The edges are stroked first, and nothing is before there are places for the nodes.
await page.addInitScript(() => {
  const { stroke } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.stroke = function (...what) {
    if (!window.drawnAt) requestAnimationFrame(() => { window.drawnAt = performance.now(); });
    return stroke.apply(this, what);
  };
});
const drawn = [], still = [];
let least = Infinity;
for (const id of ids) {
  await page.goto(`${url}/threats/${id}/graph?depth=2`);
  await page.waitForSelector('section[data-graph][data-state="still"]', { timeout: 60_000 });
  const { at, nodes, now } = await page.evaluate(() => ({
    at: window.drawnAt, nodes: Number(document.querySelector('section[data-graph]').dataset.count), now: performance.now(),
  }));
  drawn.push(at);
  still.push(now);
  least = Math.min(least, nodes);
}
await browser.close();
const part = (all, share) => Math.round(all.sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))]);
console.log(JSON.stringify({ pages: ids.length, nodes_at_least: least, drawn_p50: part(drawn, 0.5), drawn_largest: part(drawn, 1), still_p50: part(still, 0.5) }));
