// A waterworks' list of its devices, and advisories that speak of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../..', import.meta.url).pathname;

// As it comes out of a spreadsheet program in Germany: a title above, semicolons, Windows' old coding with its own dash, an empty
// row in the middle, a thing that nobody can look up, and one device twice.
const lines = [
  'Anlagenliste Wasserwerk Süd – Stand Mai;;;;;',
  'Gerät;Hersteller;Typ;MLFB;FW-Stand;Halle',
  'Steuerung – Rechen;Helmwerk;HW-710 Controller;7HW1 710-1AB00-0XA0;V2.8.1;Halle Süd',
  'Steuerung – Filter;Helmwerk;HW-710 Controller;7HW1 710-1AB00-0XA0;V2.7.0;Halle Süd',
  ';;;;;',
  'Schutzgerät Einspeisung;Volta Meridional;VMR-301 Line Protection;VMR301-1A5;R305-V0;Schaltraum',
  'Durchflussmesser 1;Brightwater;FlowSense 400;FS400-DN150;3.10;Kläranlage',
  'Durchflussmesser 1;Brightwater;FlowSense 400;FS400-DN150;3.10;Kläranlage',
];
export const messy = Buffer.from(`${lines.join('\r\n')}\r\n`.replaceAll('–', '\u0096'), 'latin1');

export const screen = 'Steuerung – Rechen';
export const filter = 'Steuerung – Filter';
export const meter = 'Durchflussmesser 1';

// An advisory made of one of the demonstration's: another number, title and flaw, and of its products the first alone.
export function advisory({ id, title, cve, product = 'HW-1', revisions = 1, change = () => {} }) {
  const made = JSON.parse(readFileSync(join(root, 'demo/advisories/tdc-2025-001-v3.json'), 'utf8'));
  const days = ['2026-10-01T08:00:00Z', '2026-10-08T08:00:00Z', '2026-10-15T08:00:00Z'].slice(0, revisions);
  const { document } = made;
  document.title = title;
  document.references[0].summary = `${id} on the demo CERT's site`;
  document.references[0].url = `https://cert.demo.example/advisories/${id.toLowerCase()}.json`;
  document.tracking = { ...document.tracking, id, version: String(revisions), initial_release_date: days[0], current_release_date: days.at(-1),
    revision_history: days.map((date, at) => ({ date, number: String(at + 1), summary: at ? 'Revised' : 'Initial publication' })) };
  const keep = (branches) => branches.filter((each) => (each.branches ? (each.branches = keep(each.branches)).length : each.product.product_id === product));
  keep(made.product_tree.branches);
  const [flaw] = made.vulnerabilities;
  made.vulnerabilities = [flaw];
  flaw.cve = cve;
  flaw.references[0].url = `https://helmwerk-automation.example/security/${cve.toLowerCase()}`;
  flaw.product_status = { known_affected: [product] };
  flaw.remediations = flaw.remediations.filter((each) => each.category === 'workaround');
  for (const each of flaw.remediations) each.product_ids = [product];
  for (const each of flaw.scores) each.products = [product];
  change(made);
  return { name: `${id.toLowerCase()}.json`, text: `${JSON.stringify(made, null, 2)}\n` };
}
