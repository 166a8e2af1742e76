// Lays a graph out beside the page's own thread, so that the page answers whatever the size of the graph.
import { Layout, type Shape } from './graph-layout';

export interface Ask extends Shape {
  /// Which one: answers to one before are dropped.
  turn: number;
  /// Nothing is shown on the way.
  quiet: boolean;
}
export interface Placed {
  turn: number;
  /// x, y of each.
  places: Float32Array;
  still: boolean;
}

const thread = self as unknown as {
  onmessage: ((event: MessageEvent<Ask>) => void) | null;
  postMessage(message: Placed, passed: Transferable[]): void;
};
const between = 60;
let latest = -1;

function tell(layout: Layout, turn: number): void {
  const places = new Float32Array(layout.x.length * 2);
  for (let i = 0; i < layout.x.length; ++i) {
    places[i * 2] = layout.x[i];
    places[i * 2 + 1] = layout.y[i];
  }
  thread.postMessage({ turn, places, still: layout.still }, [places.buffer]);
}

thread.onmessage = ({ data }) => {
  latest = data.turn;
  const layout = new Layout(data);
  if (data.count < 2) {
    while (!layout.still) layout.step();
    tell(layout, data.turn);
    return;
  }
  tell(layout, data.turn);
  // In pieces, so that another graph is heard of.
  const go = (): void => {
    if (latest !== data.turn) return;
    const until = performance.now() + between;
    while (!layout.still && performance.now() < until) layout.step();
    if (layout.still || !data.quiet) tell(layout, data.turn);
    if (!layout.still) setTimeout(go, 0);
  };
  setTimeout(go, 0);
};
