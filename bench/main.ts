/** npm run bench -- [SUITE] [options] */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { PlainFailure, runMain } from '../scripts/install.mjs';
import { chooseThreads } from '../src/kernels/wasm/threads';
import { gpuPeers } from './gpu/protocol';
import { describeMachine } from './machine';
import type { Suite } from './suite';
import { accuracySuite } from './suites/accuracy';
import { cacheSuite } from './suites/cache';
import { exportsSuite } from './suites/exports';
import { faultsSuite } from './suites/faults';
import { featuresSuite } from './suites/features';
import { firstResultSuite } from './suites/first-result';
import { fuzzSuite } from './suites/fuzz';
import { keepSuite } from './suites/keep';
import { labelsSuite } from './suites/labels';
import { pageSuite } from './suites/page';
import { scaleSuite } from './suites/scale';
import { trainSuite } from './suites/train';
import { unlikeSuite } from './suites/unlike';
import { waysSuite } from './suites/ways';

const suites: readonly Suite[] = [
  pageSuite,
  featuresSuite,
  trainSuite,
  firstResultSuite,
  scaleSuite,
  accuracySuite,
  labelsSuite,
  unlikeSuite,
  waysSuite,
  cacheSuite,
  fuzzSuite,
  faultsSuite,
  keepSuite,
  exportsSuite,
];

function printUsage(): void {
  console.log('npm run bench -- [SUITE] [--json FILE] [--data DIR] [--val DIR] [--limit N] [--files N] [--device cpu|webgpu]');
  console.log('             [--threads N,N] [--rounds N] [--pictures N] [--seeds N] [--seed N] [--python PATH]');
  console.log('             [--peers NAME,NAME|none] [--dawn DIR] [--inputs N] [--only NAME]\n');
  console.log('Suites (without a name: the quick ones, one after the other):');
  for (const { name, about, quick } of suites) console.log(`  ${name.padEnd(12)} ${about}${quick ? '' : ' (not quick)'}`);
}

function readCount(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new PlainFailure(`--${name} must be a whole number from 1 up, not “${text}”.`, 2);
  return value;
}

function readDevice(text: string): 'cpu' | 'webgpu' {
  if (text === 'cpu' || text === 'webgpu') return text;
  throw new PlainFailure(`--device must be cpu or webgpu, not “${text}”.`, 2);
}

function readPeers(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const names = text === 'none' ? [] : text.split(',');
  const unknown = names.find((name) => !gpuPeers.some((peer) => peer === name));
  if (unknown !== undefined) throw new PlainFailure(`--peers knows ${gpuPeers.join(', ')} and none, not “${unknown}”.`, 2);
  return names;
}

/** One thread against one thread, and as many as the app would take. */
function readThreads(text: string | undefined): number[] {
  if (text !== undefined) return text.split(',').map((one) => readCount('threads', one));
  const all = chooseThreads({ cores: availableParallelism(), isolated: true });
  return all === 1 ? [1] : [1, all];
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      data: { type: 'string' },
      val: { type: 'string' },
      limit: { type: 'string' },
      files: { type: 'string' },
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      pictures: { type: 'string', default: '4' },
      seeds: { type: 'string', default: '3' },
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string' },
      only: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      peers: { type: 'string' },
      dawn: { type: 'string' },
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
    valFolder: values.val ?? null,
    limit: values.limit === undefined ? null : readCount('limit', values.limit),
    files: values.files === undefined ? null : readCount('files', values.files),
    device: readDevice(values.device),
    threads: readThreads(values.threads),
    rounds: readCount('rounds', values.rounds),
    pictures: readCount('pictures', values.pictures),
    seeds: readCount('seeds', values.seeds),
    inputs: readCount('inputs', values.inputs),
    seed: values.seed === undefined ? Date.now() % 1_000_000_000 : readCount('seed', values.seed),
    only: values.only ?? null,
    python: values.python,
    peers: readPeers(values.peers),
    dawn: values.dawn ?? null,
  };
  let hasFailed = false;
  const results = [];
  for (const suite of chosen) {
    console.log(`\n${suite.name}: ${suite.about}`);
    const { rows, browser, adapter, notes, failed = false } = await suite.run(options);
    hasFailed ||= failed;
    console.table(rows);
    for (const note of notes) console.log(note);
    results.push({ suite: suite.name, machine: describeMachine(browser, adapter), rows, notes });
  }
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify(results.length === 1 ? results[0] : { suites: results }, null, 2)}\n`);
  }
  return hasFailed ? 1 : 0;
});
