// /threats/{id}/graph: draws what the list beside it tells. The list is the page's and complete without this; each of the
// two shows what is chosen in the other.
import { Drawing, type Drawn } from './graph-draw';
import type { Ask, Placed } from './graph-worker';
import { language, text as words } from './texts';

interface NodeAnswer {
  id: string;
  type: string;
  name: string;
  links: number;
}
interface GraphAnswer {
  items: NodeAnswer[];
  next: string | null;
  edges: { from: string; to: string; verb: string }[];
}

function start(frame: HTMLElement): void {
  const one = <T extends Element>(selector: string): T => frame.querySelector<T>(selector) as T;
  const canvas = one<HTMLCanvasElement>('canvas');
  const now = one<HTMLElement>('[data-graph-now]');
  const links = one<HTMLElement>('[data-graph-links]');
  const limit = one<HTMLSelectElement>('[data-graph-limit]');
  const number = (value: number): string => value.toLocaleString(language);
  const shapes = new Map<string, string>();
  const markOf = new Map<string, string>();
  const titles = new Map<string, string>();
  for (const each of frame.querySelectorAll<HTMLElement>('[data-graph-mark]')) {
    const key = each.dataset.graphMark ?? '';
    shapes.set(key, each.querySelector('path')?.getAttribute('d') ?? '');
    titles.set(key, (each.textContent ?? '').trim());
    for (const type of (each.dataset.types ?? '').split(' ')) markOf.set(type, key);
  }
  const rows = new Map<string, HTMLElement>();
  for (const row of document.querySelectorAll<HTMLElement>('[data-node]')) rows.set(row.dataset.node ?? '', row);

  frame.hidden = false;
  const drawing = new Drawing(canvas, shapes);
  const placeOf = new Map<string, number>();
  const worker = new Worker(frame.dataset.worker ?? '');
  let turn = 0;
  let told = '';

  const say = (state: string, sentence: string): void => {
    frame.dataset.state = state;
    now.textContent = sentence;
  };

  const choose = (node: number, from: 'list' | 'drawing'): void => {
    document.querySelector('.graph-chosen')?.classList.remove('graph-chosen');
    drawing.chosen = node;
    links.hidden = node < 0;
    if (node < 0) {
      now.textContent = told;
      drawing.draw();
      return;
    }
    const { id, name, mark, links: count } = drawing.nodes[node];
    now.textContent = words('graph-chosen', name, titles.get(mark) ?? '', number(count));
    one<HTMLAnchorElement>('[data-graph-open]').href = `/threats/${id}`;
    one<HTMLAnchorElement>('[data-graph-from]').href = `/threats/${id}/graph`;
    const way = one<HTMLAnchorElement>('[data-graph-way]');
    way.href = `/threats/${frame.dataset.middle}/path?to=${encodeURIComponent(id)}`;
    const row = rows.get(id);
    row?.classList.add('graph-chosen');
    // Only where the list stands beside the drawing; else the drawing would go out of sight.
    if (from === 'drawing' && row && matchMedia('(min-width: 64rem)').matches) row.scrollIntoView({ block: 'nearest' });
    drawing.show(node);
  };

  const show = (answer: GraphAnswer): void => {
    placeOf.clear();
    answer.items.forEach(({ id }, index) => placeOf.set(id, index));
    const edges = answer.edges.filter(({ from, to }) => placeOf.has(from) && placeOf.has(to));
    drawing.nodes = answer.items.map(
      ({ id, type, name, links: count }): Drawn => ({ id, name, mark: markOf.get(type) ?? 'other', links: count }),
    );
    drawing.from = Uint32Array.from(edges, ({ from }) => placeOf.get(from) as number);
    drawing.to = Uint32Array.from(edges, ({ to }) => placeOf.get(to) as number);
    drawing.places = new Float32Array(0);
    drawing.moved = false;
    choose(-1, 'drawing');
    told = words(answer.next ? 'graph-drawn-more' : 'graph-drawn', number(answer.items.length), number(edges.length));
    frame.dataset.count = String(answer.items.length);
    say('moving', told);
    const ask: Ask = {
      turn,
      quiet: matchMedia('(prefers-reduced-motion: reduce)').matches,
      count: answer.items.length,
      from: drawing.from,
      to: drawing.to,
    };
    worker.postMessage(ask);
  };

  worker.onmessage = ({ data }: MessageEvent<Placed>) => {
    if (data.turn !== turn) return;
    drawing.places = data.places;
    if (drawing.moved) drawing.draw();
    else drawing.fit();
    if (data.still) frame.dataset.state = 'still';
  };
  const broken = (why: unknown): void => {
    console.error(why);
    say('broken', words('graph-broken'));
  };
  worker.onerror = (event) => broken(event.message);

  const load = (): void => {
    const mine = ++turn;
    say('loading', words('graph-loading'));
    const url = new URL(frame.dataset.graph ?? '', location.href);
    url.searchParams.set('limit', limit.value);
    fetch(url)
      .then((answer) => {
        if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
        return answer.json() as Promise<GraphAnswer>;
      })
      .then((answer) => {
        if (mine === turn) show(answer);
      })
      .catch(broken);
  };

  for (const button of frame.querySelectorAll<HTMLElement>('[data-graph-do]')) {
    button.addEventListener('click', () => {
      if (button.dataset.graphDo === 'fit') {
        drawing.moved = false;
        drawing.fit();
      } else drawing.zoom(button.dataset.graphDo === 'in' ? 1.4 : 1 / 1.4);
    });
  }
  limit.addEventListener('change', load);

  const step = 40;
  const keys: Record<string, () => void> = {
    ArrowLeft: () => drawing.move(step, 0),
    ArrowRight: () => drawing.move(-step, 0),
    ArrowUp: () => drawing.move(0, step),
    ArrowDown: () => drawing.move(0, -step),
    '+': () => drawing.zoom(1.4),
    '=': () => drawing.zoom(1.4),
    '-': () => drawing.zoom(1 / 1.4),
    '0': () => {
      drawing.moved = false;
      drawing.fit();
    },
    PageDown: () => choose((drawing.chosen + 1) % Math.max(drawing.nodes.length, 1), 'drawing'),
    PageUp: () => choose((Math.max(drawing.chosen, 0) + drawing.nodes.length - 1) % Math.max(drawing.nodes.length, 1), 'drawing'),
    Home: () => choose(0, 'drawing'),
    Escape: () => choose(-1, 'drawing'),
    Enter: () => {
      if (drawing.chosen >= 0) location.href = `/threats/${drawing.nodes[drawing.chosen].id}`;
    },
  };
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || drawing.nodes.length === 0) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    // The portal's own keys are not meant.
    event.stopPropagation();
    act();
  });

  startPointers(canvas, drawing, (node) => choose(node, 'drawing'));
  const fromRow = (event: Event): void => {
    const row = (event.target as Element).closest<HTMLElement>('[data-node]');
    const node = row ? placeOf.get(row.dataset.node ?? '') : undefined;
    if (node !== undefined && node !== drawing.chosen) choose(node, 'list');
  };
  const list = document.querySelector('.graph-text');
  list?.addEventListener('focusin', fromRow);
  list?.addEventListener('click', fromRow);
  load();
}

function startPointers(canvas: HTMLCanvasElement, drawing: Drawing, choose: (node: number) => void): void {
  const down = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (down.size === 1) travelled = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const after = { x: event.offsetX, y: event.offsetY };
    travelled += Math.hypot(after.x - before.x, after.y - before.y);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, after);
    if (!other) {
      if (travelled > 4) drawing.move(after.x - before.x, after.y - before.y);
      return;
    }
    // Two fingers: what is between them stays there.
    const apart = Math.hypot(before.x - other.x, before.y - other.y) || 1;
    drawing.zoom(Math.hypot(after.x - other.x, after.y - other.y) / apart, (after.x + other.x) / 2, (after.y + other.y) / 2);
  });
  const up = (event: PointerEvent): void => {
    if (!down.delete(event.pointerId) || down.size > 0) return;
    if (event.type === 'pointerup' && travelled <= 4) choose(drawing.at(event.offsetX, event.offsetY));
  };
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  canvas.addEventListener(
    'wheel',
    (event) => {
      // Else it scrolls the page.
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      drawing.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), event.offsetX, event.offsetY);
    },
    { passive: false },
  );
}

const frame = document.querySelector<HTMLElement>('section[data-graph]');
if (frame) start(frame);
