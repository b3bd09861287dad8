/** npm run bench -- [SUITE] [options] */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { PlainFailure, runMain } from '../scripts/install.mjs';
import { describeMachine } from './machine';
import type { Suite } from './suite';
import { accuracySuite } from './suites/accuracy';
import { featuresSuite } from './suites/features';
import { pageSuite } from './suites/page';

const suites: readonly Suite[] = [pageSuite, featuresSuite, accuracySuite];

function printUsage(): void {
  console.log('npm run bench -- [SUITE] [--json FILE] [--data DIR] [--files N] [--pictures N] [--seeds N] [--python PATH]\n');
  console.log('Suites (without a name: the quick ones, one after the other):');
  for (const { name, about, quick } of suites) console.log(`  ${name.padEnd(9)} ${about}${quick ? '' : ' (not quick)'}`);
}

function readCount(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new PlainFailure(`--${name} must be a whole number from 1 up, not “${text}”.`, 2);
  return value;
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      data: { type: 'string' },
      files: { type: 'string', default: '1000' },
      pictures: { type: 'string', default: '4' },
      seeds: { type: 'string', default: '3' },
      python: { type: 'string', default: 'python3' },
      help: { type: 'boolean', default: false },
    },
  });
  const [asked] = positionals;
  const chosen = suites.filter(({ name, quick }) => (asked === undefined ? quick : name === asked));
  if (values.help || asked === undefined || chosen.length === 0) printUsage();
  if (values.help) return 0;
  if (chosen.length === 0) throw new PlainFailure(`\nThere is no suite named “${asked ?? ''}”.`, 2);

  const options = {
    dataFolder: values.data ?? null,
    files: readCount('files', values.files),
    pictures: readCount('pictures', values.pictures),
    seeds: readCount('seeds', values.seeds),
    python: values.python,
  };
  const results = [];
  for (const suite of chosen) {
    console.log(`\n${suite.name}: ${suite.about}`);
    const { rows, browser, adapter, notes } = await suite.run(options);
    console.table(rows);
    for (const note of notes) console.log(note);
    results.push({ suite: suite.name, machine: describeMachine(browser, adapter), rows, notes });
  }
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify(results.length === 1 ? results[0] : { suites: results }, null, 2)}\n`);
  }
  return 0;
});
