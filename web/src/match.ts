// /match: fetches matcher and advisories, hands files to the worker, shows what comes back. The file itself never comes here: the
// page only passes on what was chosen.
import { announce } from './copy';
import type { Answer, Ask, Found } from './match-messages';
import { startTable } from './tables';
import { language, text as words } from './texts';

const columns = ['row', 'asset', 'advisory', 'status', 'confidence', 'cves', 'because', 'question'] as const;
// How each status looks, as elsewhere in the portal.
const tags: Record<string, string> = {
  affected: 'suspended',
  undecidable: 'applied',
  under_investigation: 'applied',
  fixed: 'active',
  not_affected: 'left',
};
const needsNothing = ['fixed', 'not_affected'];
// What a page can hold; files have them all.
const rowsShown = 2000;

function values(found: Found): string[] {
  return columns.map((name) => (name === 'cves' ? found.cves.join(' ') : String(found[name])));
}

// As formats/inventory/csv_cell.cpp: what a spreadsheet would take for a formula gets an apostrophe.
function csvCell(value: string): string {
  const cell = /^[=+\-@\t\r']/.test(value) ? `'${value}` : value;
  return /[,"\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell;
}

function save(name: string, type: string, content: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function bytes(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.arrayBuffer();
}

function cell(row: HTMLTableRowElement, label: string, ...content: (string | Node)[]): HTMLTableCellElement {
  const made = row.insertCell();
  made.dataset.label = label;
  made.append(...content);
  return made;
}

function start(frame: HTMLElement): void {
  const one = <T extends Element>(selector: string): T => document.querySelector<T>(selector) as T;
  const input = one<HTMLInputElement>('#match-file');
  const everything = one<HTMLInputElement>('[data-match-all]');
  everything.addEventListener('change', () => fill());
  const state = one<HTMLElement>('[data-match-state]');
  const progress = one<HTMLProgressElement>('[data-match-progress]');
  const results = one<HTMLElement>('[data-match-results]');
  const table = one<HTMLTableElement>('[data-match-results] table');
  const wrap = table.parentElement as HTMLElement;
  const empty = table.cloneNode(true) as HTMLTableElement;
  const labels = [...table.querySelectorAll('th')].map((each) => each.textContent ?? '');
  const number = (value: number): string => value.toLocaleString(language);
  let all: Found[] = [];
  let items = 0;

  const say = (sentence: string, bad = false): void => {
    state.textContent = sentence;
    state.className = bad ? 'callout callout-error' : '';
    announce(sentence);
  };

  const row = (found: Found): HTMLTableRowElement => {
    const made = document.createElement('tr');
    cell(made, labels[0], String(found.row));
    cell(made, labels[1], found.asset);
    const link = document.createElement('a');
    link.href = `/advisories/${encodeURIComponent(found.slug)}`;
    link.textContent = found.advisory;
    link.title = found.title;
    cell(made, labels[2], link).className = 'id';
    const tag = document.createElement('span');
    tag.className = `tag tag-${tags[found.status] ?? 'left'}`;
    tag.textContent = words(`match-${found.status}`);
    cell(made, labels[3], tag);
    const percent = Number(found.confidence).toLocaleString(language, { style: 'percent' });
    cell(made, labels[4], percent).dataset.sort = found.confidence;
    cell(made, labels[5], found.question ? `${found.because} ${found.question}` : found.because);
    return made;
  };

  const fill = (): void => {
    const shown = everything.checked ? all : all.filter(({ status }) => !needsNothing.includes(status));
    const affected = new Set(all.filter(({ status }) => status === 'affected').map((each) => each.row)).size;
    const fresh = empty.cloneNode(true) as HTMLTableElement;
    for (const found of shown.slice(0, rowsShown)) fresh.tBodies[0].append(row(found));
    results.querySelector('.table-filter')?.remove();
    wrap.replaceChildren(fresh);
    wrap.hidden = shown.length === 0;
    startTable(fresh);
    let sentence = words('match-summary', number(items), number(affected), number(shown.length));
    if (shown.length > rowsShown) sentence += ` ${words('match-shortened', number(rowsShown))}`;
    one('[data-match-summary]').textContent = sentence;
  };

  const show = (): void => {
    progress.hidden = true;
    input.disabled = false;
    fill();
    results.hidden = false;
    say(words('match-done'));
    one<HTMLElement>('#results').focus();
  };

  const worker = new Worker(frame.dataset.worker ?? '');
  const ask = (message: Ask, passed: Transferable[] = []): void => worker.postMessage(message, passed);
  const broken = (why: unknown): void => {
    console.error(why);
    progress.hidden = true;
    say(words('match-broken'), true);
  };
  worker.onerror = (event) => broken(event.message);
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    switch (data.kind) {
      case 'ready':
        input.disabled = false;
        say(words('match-ready', number(data.advisories)));
        break;
      case 'read': {
        items = data.items;
        progress.max = items;
        const list = one<HTMLElement>('[data-match-columns] dl');
        list.replaceChildren();
        for (const [header, field] of data.columns) {
          const term = document.createElement('dt');
          term.textContent = header;
          const meaning = document.createElement('dd');
          meaning.textContent = field;
          list.append(term, meaning);
        }
        break;
      }
      case 'found':
        all = all.concat(data.found);
        progress.value = data.done;
        state.textContent = words('match-working', number(data.done), number(items));
        break;
      case 'end':
        show();
        break;
      case 'refused':
      case 'too-large':
        progress.hidden = true;
        input.disabled = false;
        say(data.kind === 'refused' ? data.why : words('match-too-large'), true);
        break;
      case 'broken':
        broken(data.why);
        break;
    }
  };
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (!file) return;
    all = [];
    results.hidden = true;
    input.disabled = true;
    progress.removeAttribute('value');
    progress.hidden = false;
    say(words('match-reading'));
    ask({ kind: 'match', file });
  });
  for (const button of document.querySelectorAll<HTMLElement>('[data-match-save]')) {
    button.addEventListener('click', () => {
      if (button.dataset.matchSave === 'csv') {
        const lines = [[...columns] as string[], ...all.map(values)].map((line) => line.map(csvCell).join(','));
        save('exposure.csv', 'text/csv', `${lines.join('\r\n')}\r\n`);
      } else {
        save('exposure.json', 'application/json', JSON.stringify(all, null, 1));
      }
    });
  }
  frame.hidden = false;
  one('[data-match-sent]').textContent = words('match-sent');
  say(words('match-loading'));
  Promise.all([bytes(frame.dataset.module ?? ''), bytes(frame.dataset.advisories ?? '')]).then(
    ([module, advisories]) => ask({ kind: 'start', module, advisories }, [module, advisories]),
    broken,
  );
}

const frame = document.querySelector<HTMLElement>('[data-match]');
if (frame) start(frame);
