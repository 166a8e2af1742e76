// node benchmarks/formats/validator_peer.mjs basic|full FOLDER: CSAF documents per CPU second of csaf-validator-lib over every
// .json below a folder, one thread, from the bytes in memory: the first time, and the best of several rounds, as
// validate_bench does it. Prints one line of JSON. `npm --prefix tests/interop ci` first.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROUNDS = 5;
const [mode, folder] = process.argv.slice(2);
const library = (name) =>
  import(new URL(`../../tests/interop/node_modules/@secvisogram/csaf-validator-lib/${name}.js`, import.meta.url));
const validate = (await library('validate')).default;
// Tests that need a network or a dictionary: the other side is not asked for them either.
const notAsked = /Test_6_(2_55|3_(6|7|8|16|24))$/;
const testsOf = async (...names) =>
  (await Promise.all(names.map(library))).flatMap((each) => Object.entries(each))
    .filter(([name, test]) => typeof test === 'function' && name !== 'default' && !notAsked.test(name))
    .map(([, test]) => test);
// Its own sets of tests for documents of 2.0: the strict grammar and section 6.
const tests = await testsOf(...(mode === 'full' ? ['basic', 'optionalTests', 'informativeTests'] : ['basic']));

const texts = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .filter((text) => JSON.parse(text)?.document?.csaf_version === '2.0');

const round = async () => {
  const started = process.cpuUsage();
  for (const text of texts) await validate(tests, JSON.parse(text));
  const { user, system } = process.cpuUsage(started);
  return texts.length / ((user + system) / 1e6);
};
const first = await round();
let best = first;
for (let i = 0; i < ROUNDS; ++i) best = Math.max(best, await round());
console.log(JSON.stringify({ documents: texts.length, tests: tests.length, first_per_s: Math.round(first), best_per_s: Math.round(best) }));
