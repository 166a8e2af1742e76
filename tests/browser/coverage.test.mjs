// What ATT&CK leaves open, as a member meets it: read and answered by mouse and without JavaScript, in both themes and sizes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPortal } from './harness.mjs';
import { id, importKnowledge, part, relation } from './support/attack.mjs';
import { check, signIn, sizes } from './visit.mjs';

// One technique against programmable logic controllers, one against none in particular; a mitigation and a data component for the first.
function knowledgeBase() {
  const technique = (number, attack, name) =>
    part('attack-pattern', number, attack, name, { kill_chain_phases: [{ kill_chain_name: 'mitre-ics-attack', phase_name: 'gate' }] });
  return [
    part('x-mitre-matrix', 1, 'ics-attack', 'Matrix of sluices', { tactic_refs: [id('x-mitre-tactic', 10)] }),
    part('x-mitre-tactic', 10, 'TA9010', 'Open gates', { x_mitre_shortname: 'gate' }),
    technique(101, 'T9101', 'Unauthorized command'), technique(102, 'T9102', 'Wait for rain'),
    part('x-mitre-asset', 201, 'A0003', 'Programmable Logic Controller (PLC)'),
    part('course-of-action', 301, 'M9301', 'Lock the gate'), part('x-mitre-data-component', 401, 'DC9401', 'Gauge reading'),
    relation(501, id('attack-pattern', 101), 'targets', id('x-mitre-asset', 201)),
    relation(502, id('course-of-action', 301), 'mitigates', id('attack-pattern', 101)),
    relation(503, id('x-mitre-data-component', 401), 'detects', id('attack-pattern', 101)),
  ];
}

let portal;
before(async () => {
  portal = await startPortal();
  await importKnowledge(portal, knowledgeBase());
});
after(async () => { await portal.stop(); });

const path = '/threats/attack/coverage';

describe('coverage', () => {
  it('is read on a desk and on a phone, in both themes', async () => {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark']) {
        const { made, page } = await signIn(portal, 'Wendy Aumann', { viewport, colorScheme, bypassCSP: true });
        await page.goto(portal.url + path);
        await check(page, `coverage ${size} ${colorScheme}`);
        await made.close();
      }
    }
  });

  it('is found from the matrix, answered, and closes what it should', async () => {
    const { made, page } = await signIn(portal, 'Wendy Aumann');
    await page.goto(`${portal.url}/threats/attack`);
    await page.getByRole('link', { name: 'What is open at your plants' }).click();
    await page.waitForURL(`**${path}**`);
    const row = page.getByRole('row', { name: /T9101/ });
    await page.getByLabel('A0003 Programmable Logic Controller (PLC)').check();
    await page.getByLabel('DC9401 Gauge reading').check();
    await Promise.all([page.waitForURL(/notice=saved/), page.getByRole('button', { name: 'Save' }).click()]);
    assert.match(await row.textContent(), /detected/);
    assert.match(await page.getByRole('row', { name: /T9102/ }).textContent(), /open/);
    await made.close();
  });

  it('is answered without JavaScript, zone by zone, and is nobody else’s business', async () => {
    const { made, page } = await signIn(portal, 'Wendy Aumann', { javaScriptEnabled: false });
    await page.goto(portal.url + path);
    const zone = await page.locator('#coverage-zone option').nth(1).getAttribute('value');
    await page.locator('#coverage-zone').selectOption(zone);
    await Promise.all([page.waitForURL(/zone=/), page.getByRole('button', { name: 'Show' }).click()]);
    await page.getByLabel('M9301 Lock the gate').check();
    await Promise.all([page.waitForURL(/notice=saved/), page.getByRole('button', { name: 'Save' }).click()]);
    assert.ok(await page.getByLabel('M9301 Lock the gate').isChecked());
    await made.close();
    const other = await signIn(portal, 'Petra Sommer');
    await other.page.goto(portal.url + path);
    assert.ok(!(await other.page.textContent('main')).includes(zone), 'zones of others');
    await other.made.close();
  });
});
