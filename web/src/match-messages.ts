// What match.ts and matcher-worker.ts say to each other.

/// What an advisory says of one thing.
export interface Found {
  row: number;
  asset: string;
  site: string;
  advisory: string;
  slug: string;
  title: string;
  status: string;
  confidence: string;
  cves: string[];
  because: string;
  question: string;
}

export type Ask = { kind: 'start'; module: ArrayBuffer; advisories: ArrayBuffer } | { kind: 'match'; file: Blob };

export type Answer =
  | { kind: 'ready'; advisories: number }
  | { kind: 'read'; items: number; columns: [string, string][] }
  | { kind: 'found'; done: number; found: Found[] }
  | { kind: 'end' }
  | { kind: 'too-large' }
  | { kind: 'refused'; why: string }
  | { kind: 'broken'; why: string };
