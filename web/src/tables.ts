// <table class="sortable">: headers become buttons that sort. With data-filter="Filter products" and enough rows, a box above it,
// so named, keeps only the rows that hold the typed words. A cell sorts by data-sort where it has one, else by its text.
import { announce } from './copy';
import { language, text as words } from './texts';

const filterRowsMin = 8;

function key(row: HTMLTableRowElement, column: number): string {
  const cell = row.cells[column];
  return cell ? (cell.dataset.sort ?? cell.textContent ?? '').trim() : '';
}

const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });

function compare(a: string, b: string): number {
  // What is empty comes last in either direction; the caller turns the rest round.
  const x = Number(a);
  const y = Number(b);
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return collator.compare(a, b);
}

function makeSortable(table: HTMLTableElement): void {
  const head = table.tHead?.rows[0];
  const body = table.tBodies[0];
  if (!head || !body || body.rows.length < 2) return;
  // Rows that span others belong together and cannot be sorted apart.
  if (body.querySelector('td[rowspan], th[rowspan]')) return;
  [...head.cells].forEach((cell, column) => {
    if (cell.dataset.nosort !== undefined || !cell.textContent?.trim()) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener('click', () => {
      const now = cell.getAttribute('aria-sort');
      // Numbers and dates are mostly wanted largest first, names from A.
      const first = cell.dataset.first === 'descending' ? 'descending' : 'ascending';
      const other = first === 'ascending' ? 'descending' : 'ascending';
      const order = now === first ? other : first;
      for (const each of head.cells) each.removeAttribute('aria-sort');
      cell.setAttribute('aria-sort', order);
      const sign = order === 'ascending' ? 1 : -1;
      const rows = [...body.rows].map((row) => ({ row, by: key(row, column) }));
      rows.sort((a, b) => {
        if (a.by === '' || b.by === '') return Number(a.by === '') - Number(b.by === '');
        return sign * compare(a.by, b.by);
      });
      body.append(...rows.map(({ row }) => row));
    });
  });
}

function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

let filters = 0;

function makeFilter(table: HTMLTableElement): void {
  const what = table.dataset.filter;
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  if (what === undefined || rows.length < filterRowsMin) return;
  const texts = rows.map((row) => fold(row.textContent ?? ''));
  const id = `table-filter-${filters++}`;
  const frame = document.createElement('p');
  frame.className = 'table-filter no-print';
  const label = document.createElement('label');
  label.htmlFor = id;
  label.textContent = what;
  const input = document.createElement('input');
  input.id = id;
  input.type = 'search';
  input.autocomplete = 'off';
  const count = document.createElement('span');
  count.className = 'note';
  frame.append(label, input, count);
  input.addEventListener('input', () => {
    const typed = fold(input.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !typed.every((word) => texts[index].includes(word));
      if (!row.hidden) shown += 1;
    });
    const numbers = [shown.toLocaleString(language), rows.length.toLocaleString(language)];
    count.textContent = typed.length > 0 ? words('rows', ...numbers) : '';
    announce(words('rows-shown', ...numbers));
  });
  (table.closest('.table-wrap') ?? table).before(frame);
}

export function startTable(table: HTMLTableElement): void {
  makeSortable(table);
  makeFilter(table);
}

export function startTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) startTable(table);
}
