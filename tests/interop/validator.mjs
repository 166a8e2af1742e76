// node tests/interop/validator.mjs [--mode basic|full] [--table] TOCSIN FOLDER...
//
// Puts every CSAF document below the folders to the tests of csaf-validator-lib and of `TOCSIN validate`, and prints where the
// two disagree: one line a document and test. Exit 1 if they do. Opt-in: `npm --prefix tests/interop ci` first.
// --table: how often both, only one and only the other found something, as docs/csaf-conformance.md has it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const options = process.argv.slice(2);
const take = (name) => {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options.splice(at, 2)[1];
};
const mode = take('--mode') ?? 'basic';
const asTable = options.includes('--table') && options.splice(options.indexOf('--table'), 1);
const [tocsin, ...folders] = options;

const files = [];
const walk = (path) => {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) walk(join(path, name));
  } else if (path.endsWith('.json')) files.push(path);
};
folders.forEach(walk);

const lib = (name) => import(`@secvisogram/csaf-validator-lib/${name}.js`);
const validate = (await lib('validate')).default;
const groups = {
  '2.0': [await lib('mandatoryTests'), mode === 'full' && await lib('optionalTests'), mode === 'full' && await lib('informativeTests')],
  '2.1': [await lib('csaf_2_1/mandatoryTests'), mode === 'full' && await lib('csaf_2_1/recommendedTests'), mode === 'full' && await lib('csaf_2_1/informativeTests')],
};
// Tests that need a network or a dictionary are not compared.
const notCompared = /Test_6_(2_55|3_(6|7|8|16|24))$/;
const idOf = (name) => name.replace(/^.*Test_/, '').replaceAll('_', '.');
const testsOf = (version) => groups[version].filter(Boolean)
  .flatMap((group) => Object.entries(group)).filter(([name]) => /Test_\d/.test(name) && !notCompared.test(name))
  .map(([, test]) => test);
const tests = { '2.0': testsOf('2.0'), '2.1': testsOf('2.1') };

const documents = [];
for (const file of files) {
  let document;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch { continue; }
  const version = document?.document?.csaf_version;
  if (tests[version]) documents.push({ file, document, version });
}

const theirs = new Map();
for (const { file, document, version } of documents) {
  const result = await validate(tests[version], document);
  const found = new Set();
  for (const test of result.tests) {
    if (test.errors.length + test.warnings.length + test.infos.length > 0) found.add(idOf(test.name));
  }
  theirs.set(file, found);
}

// Not --quiet: that leaves valid documents out. Exit 1 only says that some are not valid.
const run = spawnSync(tocsin, ['validate', '--mode', mode, '--format', 'json', ...folders],
  { maxBuffer: 2 ** 31 - 1, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
if (run.status !== 0 && run.status !== 1) throw new Error(`${tocsin} ended with ${run.status ?? run.signal}`);
const ours = new Map();
for (const line of run.stdout.split('\n').filter(Boolean)) {
  const { file, results } = JSON.parse(line);
  ours.set(file, new Set(results.filter(({ test, group }) => group !== 'schema' && !notCompared.test(`Test_${test.replaceAll('.', '_')}`)).map(({ test }) => test)));
}

const implemented = { '2.0': new Set(tests['2.0'].map((test) => idOf(test.name))), '2.1': new Set(tests['2.1'].map((test) => idOf(test.name))) };
const table = new Map();
for (const { file, version } of documents) {
  for (const id of implemented[version]) {
    const they = theirs.get(file).has(id);
    const we = ours.get(file)?.has(id) ?? false;
    const row = table.get(`${version} ${id}`) ?? { both: 0, neither: 0, theirs: 0, ours: 0 };
    row[they && we ? 'both' : they ? 'theirs' : we ? 'ours' : 'neither'] += 1;
    table.set(`${version} ${id}`, row);
    if (they !== we) console.log(`${version} ${id} ${they ? 'only theirs' : 'only ours'} ${file}`);
  }
}
console.log('version test      both neither theirs ours');
for (const [key, row] of table) {
  if (row.both + row.theirs + row.ours > 0) console.log(`${key.padEnd(15)} ${Object.values(row).map((n) => String(n).padStart(6)).join(' ')}`);
}
if (asTable) {
  console.log('| version | test | both | only lib | only tocsin |\n| --- | --- | --- | --- | --- |');
  for (const [key, row] of table) {
    if (row.theirs + row.ours > 0) console.log(`| ${key.replace(' ', ' | ')} | ${row.both} | ${row.theirs} | ${row.ours} |`);
  }
  const same = [...table].filter(([, row]) => row.theirs + row.ours === 0);
  for (const version of ['2.0', '2.1']) {
    const rows = same.filter(([key]) => key.startsWith(version)).map(([, row]) => row);
    console.log(`| ${version} | ${rows.length} others | ${rows.reduce((sum, row) => sum + row.both, 0)} | 0 | 0 |`);
  }
}
const differing = [...table.values()].filter((row) => row.theirs + row.ours > 0).length;
console.log(`${documents.length} documents, ${table.size} tests, ${differing} tests differ`);
// Not process.exit: what is still on its way to a pipe would be lost.
process.exitCode = differing === 0 ? 0 : 1;
