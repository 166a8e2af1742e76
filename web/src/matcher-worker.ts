// The matcher (web/matcher/matcher.cpp) in a thread of its own. It alone reads the inventory, and its policy lets it connect to
// nothing: module and advisories are handed to it by the page (match.ts).
import type { Answer, Ask, Found } from './match-messages';

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  take(bytes: number): number;
  answer_at(): number;
  answer_bytes(): number;
  load_advisories(): void;
  read_inventory(): void;
  match_items(from: number, to: number): void;
}

// The compiler's types are those of pages.
const thread = self as unknown as {
  onmessage: ((event: MessageEvent<Ask>) => void) | null;
  postMessage(message: Answer): void;
};
const bytesMax = 512 * 1024 * 1024;
const itemsAtOnce = 50;
let matcher: Exports | undefined;

// What WASI's C library asks of the system: random bytes, and where to write that something is broken.
function system(memory: () => WebAssembly.Memory): Record<string, (...args: number[]) => number> {
  return {
    random_get(at, bytes) {
      crypto.getRandomValues(new Uint8Array(memory().buffer, at, bytes));
      return 0;
    },
    fd_write(_file, parts, count, written) {
      const view = new DataView(memory().buffer);
      let bytes = 0;
      let said = '';
      for (let part = 0; part < count; ++part) {
        const at = view.getUint32(parts + part * 8, true);
        const size = view.getUint32(parts + part * 8 + 4, true);
        said += new TextDecoder().decode(new Uint8Array(memory().buffer, at, size));
        bytes += size;
      }
      view.setUint32(written, bytes, true);
      console.error(said);
      return 0;
    },
    proc_exit(code) {
      throw new Error(`the matcher ended (${code})`);
    },
  };
}

async function start(module: ArrayBuffer): Promise<Exports> {
  const compiled = await WebAssembly.compile(module);
  let memory: WebAssembly.Memory | undefined;
  const known = system(() => memory as WebAssembly.Memory);
  const imports: Record<string, WebAssembly.ModuleImports> = {};
  const notThere = 52; // ENOSYS
  for (const { module: from, name } of WebAssembly.Module.imports(compiled)) {
    (imports[from] ??= {})[name] = known[name] ?? (() => notThere);
  }
  const { exports } = await WebAssembly.instantiate(compiled, imports);
  memory = exports.memory as WebAssembly.Memory;
  const started = exports as unknown as Exports;
  started._initialize();
  return started;
}

function give(to: Exports, bytes: ArrayBuffer): void {
  const at = to.take(bytes.byteLength);
  new Uint8Array(to.memory.buffer, at, bytes.byteLength).set(new Uint8Array(bytes));
}

// Reads an answer: numbers of seven bits a byte, texts with their length before them.
class Reader {
  private at = 0;
  private readonly bytes: Uint8Array;
  private readonly decoder = new TextDecoder();
  constructor(from: Exports) {
    this.bytes = new Uint8Array(from.memory.buffer, from.answer_at(), from.answer_bytes()).slice();
    if (this.number() !== 0) throw new Refused(this.text());
  }
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
  text(): string {
    const size = this.number();
    const text = this.decoder.decode(this.bytes.subarray(this.at, this.at + size));
    this.at += size;
    return text;
  }
}

// What the matcher says of a file: for the person who chose it.
class Refused extends Error {}

async function match(file: Blob): Promise<void> {
  if (!matcher) throw new Error('no advisories');
  if (file.size > bytesMax) return thread.postMessage({ kind: 'too-large' });
  give(matcher, await file.arrayBuffer());
  matcher.read_inventory();
  const read = new Reader(matcher);
  const items = read.number();
  const columns: [string, string][] = [];
  for (let left = read.number(); left > 0; --left) columns.push([read.text(), read.text()]);
  thread.postMessage({ kind: 'read', items, columns });
  for (let from = 0; from < items; from += itemsAtOnce) {
    matcher.match_items(from, from + itemsAtOnce);
    const answer = new Reader(matcher);
    const found: Found[] = [];
    while (answer.number() !== 0) {
      const row = answer.number();
      const [asset, site, advisory, slug, title, status, confidence] = Array.from({ length: 7 }, () => answer.text());
      const cves = Array.from({ length: answer.number() }, () => answer.text());
      const [because, question] = [answer.text(), answer.text()];
      found.push({ row, asset, site, advisory, slug, title, status, confidence, cves, because, question });
    }
    thread.postMessage({ kind: 'found', done: Math.min(from + itemsAtOnce, items), found });
  }
  thread.postMessage({ kind: 'end' });
}

async function answer(ask: Ask): Promise<void> {
  if (ask.kind === 'match') return match(ask.file);
  matcher = await start(ask.module);
  give(matcher, ask.advisories);
  matcher.load_advisories();
  thread.postMessage({ kind: 'ready', advisories: new Reader(matcher).number() });
}

thread.onmessage = ({ data }) => {
  answer(data).catch((error: unknown) => {
    thread.postMessage(error instanceof Refused ? { kind: 'refused', why: error.message } : { kind: 'broken', why: String(error) });
  });
};
