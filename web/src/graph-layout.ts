// Where the objects of a graph stand: all push each other away, edges pull their ends together, and what is nearer to the
// middle begins nearer to it. After Barnes and Hut (1986): a crowd that is far away pushes as one. Plain arithmetic over
// arrays, without a browser, so that it runs in a thread of its own (graph-worker.ts).

export interface Shape {
  count: number;
  from: Uint32Array;
  to: Uint32Array;
}

const push = 90;
const edgeLength = 46;
const gravity = 0.012;
const friction = 0.6;
// How large a crowd may look from afar and still count as one, squared.
const theta2 = 0.9;
const pushedFrom2 = 1400 * 1400;
const depthMax = 24;
const empty = -1;

export class Layout {
  readonly x: Float32Array;
  readonly y: Float32Array;
  private readonly vx: Float32Array;
  private readonly vy: Float32Array;
  private readonly pull: Float32Array;
  private readonly share: Float32Array;
  private heat = 1;
  private readonly cooling: number;
  // The tree: four children a cell; a child is a cell (0 or more), a single object (-2 - index), or empty.
  private readonly child: Int32Array;
  private readonly mass: Float32Array;
  private readonly atX: Float32Array;
  private readonly atY: Float32Array;
  private readonly stack: Int32Array;
  private readonly stackSize: Float32Array;
  private cells = 0;

  constructor(private readonly shape: Shape) {
    const { count, from, to } = shape;
    this.x = new Float32Array(count);
    this.y = new Float32Array(count);
    this.vx = new Float32Array(count);
    this.vy = new Float32Array(count);
    // The order is that of nearness: a sunflower from the middle outwards.
    for (let i = 0; i < count; ++i) {
      const radius = 14 * Math.sqrt(i);
      this.x[i] = radius * Math.cos(i * 2.399963);
      this.y[i] = radius * Math.sin(i * 2.399963);
    }
    const degree = new Float32Array(count);
    for (let e = 0; e < from.length; ++e) {
      ++degree[from[e]];
      ++degree[to[e]];
    }
    // What has many edges is held by each of them less, and moves less.
    this.pull = new Float32Array(from.length);
    this.share = new Float32Array(from.length);
    for (let e = 0; e < from.length; ++e) {
      const a = degree[from[e]];
      const b = degree[to[e]];
      this.pull[e] = 1 / Math.min(a, b);
      this.share[e] = a / (a + b);
    }
    const cellsMax = 4 * count + 64;
    this.child = new Int32Array(cellsMax * 4);
    this.mass = new Float32Array(cellsMax);
    this.atX = new Float32Array(cellsMax);
    this.atY = new Float32Array(cellsMax);
    this.stack = new Int32Array(depthMax * 4 + 8);
    this.stackSize = new Float32Array(depthMax * 4 + 8);
    const steps = count > 4000 ? 120 : count > 1000 ? 200 : 300;
    this.cooling = 1 - 0.001 ** (1 / steps);
  }

  get still(): boolean {
    return this.heat < 0.001;
  }

  step(): void {
    const { count, from, to } = this.shape;
    const { x, y, vx, vy, heat } = this;
    for (let e = 0; e < from.length; ++e) {
      const a = from[e];
      const b = to[e];
      const dx = x[b] + vx[b] - x[a] - vx[a] || 0.01;
      const dy = y[b] + vy[b] - y[a] - vy[a] || 0.01;
      const length = Math.sqrt(dx * dx + dy * dy);
      const force = ((length - edgeLength) / length) * heat * this.pull[e];
      const share = this.share[e];
      vx[b] -= dx * force * share;
      vy[b] -= dy * force * share;
      vx[a] += dx * force * (1 - share);
      vy[a] += dy * force * (1 - share);
    }
    const size = this.grow();
    for (let i = 0; i < count; ++i) this.pushed(i, size);
    // The first one stays in the middle.
    for (let i = 1; i < count; ++i) {
      vx[i] = (vx[i] - x[i] * gravity * heat) * friction;
      vy[i] = (vy[i] - y[i] * gravity * heat) * friction;
      x[i] += vx[i];
      y[i] += vy[i];
    }
    vx[0] = vy[0] = 0;
    this.heat -= this.heat * this.cooling;
  }

  // The tree of this moment; the length of its side.
  private grow(): number {
    const { x, y, child, mass, atX, atY } = this;
    let low = -1;
    let high = 1;
    for (let i = 0; i < x.length; ++i) {
      low = Math.min(low, x[i], y[i]);
      high = Math.max(high, x[i], y[i]);
    }
    const size = high - low;
    this.cells = 0;
    this.cell();
    for (let i = 0; i < x.length; ++i) this.insert(i, low, size);
    // Cells are made after those they lie in.
    for (let c = this.cells - 1; c >= 0; --c) {
      let sum = 0;
      let sumX = 0;
      let sumY = 0;
      for (let q = c * 4; q < c * 4 + 4; ++q) {
        const here = child[q];
        if (here >= 0) {
          sum += mass[here];
          sumX += atX[here] * mass[here];
          sumY += atY[here] * mass[here];
        } else if (here < empty) {
          sum += 1;
          sumX += x[-2 - here];
          sumY += y[-2 - here];
        }
      }
      mass[c] = sum;
      atX[c] = sum > 0 ? sumX / sum : 0;
      atY[c] = sum > 0 ? sumY / sum : 0;
    }
    return size;
  }

  private cell(): number {
    this.child.fill(empty, this.cells * 4, this.cells * 4 + 4);
    return this.cells++;
  }

  private insert(i: number, low: number, size: number): void {
    const { x, y, child } = this;
    let cell = 0;
    let left = low;
    let top = low;
    let half = size / 2;
    for (let depth = 0; depth < depthMax; ++depth) {
      const right = x[i] >= left + half ? 1 : 0;
      const below = y[i] >= top + half ? 1 : 0;
      const at = cell * 4 + below * 2 + right;
      const here = child[at];
      if (here === empty) {
        child[at] = -2 - i;
        return;
      }
      left += right * half;
      top += below * half;
      half /= 2;
      if (here >= 0) {
        cell = here;
        continue;
      }
      // No room for more cells: this one pushes nobody in this step.
      if ((this.cells + 1) * 4 > child.length) return;
      const other = -2 - here;
      const made = this.cell();
      child[at] = made;
      child[made * 4 + (y[other] >= top + half ? 2 : 0) + (x[other] >= left + half ? 1 : 0)] = here;
      cell = made;
    }
  }

  private pushed(i: number, size: number): void {
    const { x, y, vx, vy, child, mass, atX, atY, stack, stackSize, heat } = this;
    let top = 0;
    stack[0] = 0;
    stackSize[0] = size;
    while (top >= 0) {
      const cell = stack[top];
      const side = stackSize[top];
      --top;
      for (let q = cell * 4; q < cell * 4 + 4; ++q) {
        const here = child[q];
        if (here === empty || here === -2 - i) continue;
        const single = here < 0;
        const dx = (single ? x[-2 - here] : atX[here]) - x[i] || (i % 7) * 0.01 - 0.03;
        const dy = (single ? y[-2 - here] : atY[here]) - y[i] || (i % 5) * 0.01 - 0.02;
        const away2 = dx * dx + dy * dy;
        if (!single && (side * side) / 4 > theta2 * away2) {
          ++top;
          stack[top] = here;
          stackSize[top] = side / 2;
          continue;
        }
        if (away2 > pushedFrom2) continue;
        const force = (push * heat * (single ? 1 : mass[here])) / Math.max(away2, 16);
        vx[i] -= dx * force;
        vy[i] -= dy * force;
      }
    }
  }
}
