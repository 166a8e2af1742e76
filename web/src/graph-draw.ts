// Draws a graph on a canvas: what stands where (graph-layout.ts) as the page's legend says, with the colours of the theme.

export interface Mark {
  color: string;
  shape: Path2D;
}
export interface Drawn {
  id: string;
  name: string;
  mark: string;
  links: number;
}

// Beyond so many objects in sight names would cover each other.
const namesMax = 90;
const nameLength = 34;
const pixelsOfShapes = 2.2;

export class Drawing {
  nodes: Drawn[] = [];
  places: Float32Array = new Float32Array(0);
  from = new Uint32Array(0);
  to = new Uint32Array(0);
  chosen = -1;
  /// The reader has moved it: it is not moved for them any more.
  moved = false;
  private readonly context: CanvasRenderingContext2D;
  private scale = 1;
  private left = 0;
  private top = 0;
  private asked = false;
  private marks = new Map<string, Mark>();
  private ink = '';
  private line = '';
  private accent = '';
  private ground = '';
  private font = '';

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly shapes: Map<string, string>,
  ) {
    this.context = canvas.getContext('2d') as CanvasRenderingContext2D;
    this.readTheme();
    new ResizeObserver(() => this.resize()).observe(canvas);
    const themed = (): void => {
      this.readTheme();
      this.draw();
    };
    new MutationObserver(themed).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themed);
  }

  private readTheme(): void {
    const style = getComputedStyle(document.documentElement);
    const value = (name: string): string => style.getPropertyValue(name).trim();
    this.ink = value('--ink');
    this.line = value('--line-strong');
    this.accent = value('--accent');
    this.ground = value('--surface');
    this.font = `12px ${value('--font')}`;
    for (const [key, shape] of this.shapes) this.marks.set(key, { color: value(`--graph-${key}`), shape: new Path2D(shape) });
  }

  private resize(): void {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (width === this.canvas.width && height === this.canvas.height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    if (!this.moved) this.fit();
    else this.draw();
  }

  /// All of it in sight, and everything small enough to be told apart.
  fit(): void {
    const { places, canvas } = this;
    if (places.length === 0 || canvas.clientWidth === 0) return;
    let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < places.length; i += 2) {
      x1 = Math.min(x1, places[i]);
      x2 = Math.max(x2, places[i]);
      y1 = Math.min(y1, places[i + 1]);
      y2 = Math.max(y2, places[i + 1]);
    }
    const room = 40;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    this.scale = Math.min((width - room) / (x2 - x1 || 1), (height - room) / (y2 - y1 || 1), 2);
    this.left = width / 2 - ((x1 + x2) / 2) * this.scale;
    this.top = height / 2 - ((y1 + y2) / 2) * this.scale;
    this.draw();
  }

  zoom(factor: number, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2): void {
    const scale = Math.min(Math.max(this.scale * factor, 0.02), 12);
    this.left = x - ((x - this.left) * scale) / this.scale;
    this.top = y - ((y - this.top) * scale) / this.scale;
    this.scale = scale;
    this.moved = true;
    this.draw();
  }

  move(dx: number, dy: number): void {
    this.left += dx;
    this.top += dy;
    this.moved = true;
    this.draw();
  }

  /// Brings it into sight where it is not.
  show(node: number): void {
    const x = this.places[node * 2] * this.scale + this.left;
    const y = this.places[node * 2 + 1] * this.scale + this.top;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (x < 0 || y < 0 || x > width || y > height) {
      this.left += width / 2 - x;
      this.top += height / 2 - y;
      this.moved = true;
    }
    this.draw();
  }

  /// What stands there, or -1.
  at(x: number, y: number): number {
    let best = -1;
    let least = 18 * 18;
    for (let i = 0; i < this.nodes.length; ++i) {
      const dx = this.places[i * 2] * this.scale + this.left - x;
      const dy = this.places[i * 2 + 1] * this.scale + this.top - y;
      const away = dx * dx + dy * dy;
      if (away < least) {
        least = away;
        best = i;
      }
    }
    return best;
  }

  draw(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.paint();
    });
  }

  private radius(node: number): number {
    const size = node === 0 ? 10 : 4 + 1.1 * Math.log2(1 + this.nodes[node].links);
    return Math.min(size * Math.min(Math.max(Math.sqrt(this.scale), 0.3), 1.8), 16);
  }

  private paint(): void {
    const { context: pen, canvas, places } = this;
    if (canvas.width === 0) return;
    const ratio = canvas.width / canvas.clientWidth;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    const count = Math.min(this.nodes.length, places.length / 2);
    if (count === 0) return;
    const xs = new Float32Array(count);
    const ys = new Float32Array(count);
    for (let i = 0; i < count; ++i) {
      xs[i] = places[i * 2] * this.scale + this.left;
      ys[i] = places[i * 2 + 1] * this.scale + this.top;
    }
    this.paintEdges(xs, ys);
    const seen: number[] = [];
    const { clientWidth: width, clientHeight: height } = canvas;
    for (let i = count - 1; i >= 0; --i) {
      if (xs[i] < -20 || ys[i] < -20 || xs[i] > width + 20 || ys[i] > height + 20) continue;
      seen.push(i);
      const mark = this.marks.get(this.nodes[i].mark);
      if (!mark) continue;
      const radius = this.radius(i);
      pen.fillStyle = mark.color;
      if (radius < pixelsOfShapes) {
        pen.fillRect(xs[i] - radius, ys[i] - radius, radius * 2, radius * 2);
        continue;
      }
      const k = (ratio * radius) / 10;
      pen.setTransform(k, 0, 0, k, xs[i] * ratio, ys[i] * ratio);
      pen.fill(mark.shape);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.paintNames(xs, ys, seen);
  }

  private paintEdges(xs: Float32Array, ys: Float32Array): void {
    const { context: pen, from, to, chosen } = this;
    pen.lineWidth = 1;
    pen.strokeStyle = this.line;
    pen.globalAlpha = from.length > 4000 ? 0.12 : from.length > 800 ? 0.25 : 0.5;
    pen.beginPath();
    for (let e = 0; e < from.length; ++e) {
      pen.moveTo(xs[from[e]], ys[from[e]]);
      pen.lineTo(xs[to[e]], ys[to[e]]);
    }
    pen.stroke();
    pen.globalAlpha = 1;
    if (chosen < 0) return;
    pen.strokeStyle = this.accent;
    pen.fillStyle = this.accent;
    pen.lineWidth = 2;
    for (let e = 0; e < from.length; ++e) {
      const [a, b] = [from[e], to[e]];
      if (a !== chosen && b !== chosen) continue;
      pen.beginPath();
      pen.moveTo(xs[a], ys[a]);
      pen.lineTo(xs[b], ys[b]);
      pen.stroke();
      // Where it leads to.
      const angle = Math.atan2(ys[b] - ys[a], xs[b] - xs[a]);
      const away = this.radius(b) + 2;
      const x = xs[b] - away * Math.cos(angle);
      const y = ys[b] - away * Math.sin(angle);
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x - 8 * Math.cos(angle - 0.4), y - 8 * Math.sin(angle - 0.4));
      pen.lineTo(x - 8 * Math.cos(angle + 0.4), y - 8 * Math.sin(angle + 0.4));
      pen.fill();
    }
  }

  private paintNames(xs: Float32Array, ys: Float32Array, seen: number[]): void {
    const { context: pen, chosen } = this;
    const named = new Set<number>(seen.length <= namesMax ? seen : []);
    named.add(0);
    if (chosen >= 0) {
      named.add(chosen);
      for (let e = 0; e < this.from.length && named.size < namesMax; ++e) {
        if (this.from[e] === chosen) named.add(this.to[e]);
        if (this.to[e] === chosen) named.add(this.from[e]);
      }
    }
    pen.font = this.font;
    pen.textBaseline = 'middle';
    pen.lineJoin = 'round';
    // What is chosen and the middle first, then what has most edges; a name that would cover another is left out.
    const first = (node: number): number => (node === chosen ? 2e9 : node === 0 ? 1e9 : this.nodes[node].links);
    const taken: { left: number; right: number; y: number }[] = [];
    for (const each of [...named].sort((a, b) => first(b) - first(a))) {
      if (each >= xs.length) continue;
      const radius = this.radius(each);
      if (each === chosen || each === 0) {
        pen.strokeStyle = each === chosen ? this.accent : this.ink;
        pen.lineWidth = each === chosen ? 3 : 1.5;
        pen.beginPath();
        pen.arc(xs[each], ys[each], radius + 4, 0, Math.PI * 2);
        pen.stroke();
      }
      const whole = this.nodes[each].name;
      const name = whole.length > nameLength ? `${whole.slice(0, nameLength - 1)}…` : whole;
      const left = xs[each] + radius + 6;
      const right = left + pen.measureText(name).width;
      const y = ys[each];
      if (taken.some((other) => Math.abs(other.y - y) < 15 && other.left < right + 6 && left < other.right + 6)) continue;
      taken.push({ left, right, y });
      pen.strokeStyle = this.ground;
      pen.lineWidth = 4;
      pen.fillStyle = this.ink;
      pen.strokeText(name, left, y);
      pen.fillText(name, left, y);
    }
  }
}
