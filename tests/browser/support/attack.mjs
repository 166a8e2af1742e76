// Knowledge bases in the shape in which ATT&CK is published, for everybody, and how a portal gets one.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary } from '../harness.mjs';

const marking = 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487';
export const id = (type, number) => `${type}--00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const common = { spec_version: '2.1', created: '2025-01-01T00:00:00.000Z', modified: '2025-01-01T00:00:00.000Z', object_marking_refs: [marking] };
export const part = (type, number, attack, name, more = {}) => ({
  ...common, type, id: id(type, number), name, x_mitre_version: '1.0', x_mitre_domains: ['ics-attack'],
  external_references: [{ source_name: 'mitre-attack', external_id: attack }], ...more,
});
export const relation = (number, source, verb, target, more = {}) => ({
  ...common, type: 'relationship', id: id('relationship', number), relationship_type: verb, source_ref: source, target_ref: target,
  x_mitre_attack_spec_version: '3.2.0', ...more,
});

export async function importKnowledge(portal, objects) {
  const file = join(portal.folder, 'attack.json');
  writeFileSync(file, JSON.stringify({ type: 'bundle', id: id('bundle', 1), objects }));
  execFileSync(binary, ['import', '--data', join(portal.folder, 'var'), file], { stdio: 'ignore' });
  // The server sees what another process wrote within a heartbeat.
  for (let tries = 0; tries < 100; ++tries) {
    if ((await fetch(`${portal.url}/api/v1/attack`).then((answer) => answer.json())).domain) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the knowledge base did not come');
}
