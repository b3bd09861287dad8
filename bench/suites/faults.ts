import { createKillableBrowser } from '../../scripts/killable-browser';
import { distFolder, ensureBuilt } from '../../scripts/build.mjs';
import { startStaticServer } from '../../scripts/static-server.mjs';
import { deriveRng } from '../../src/domain/rng';
import { tryFullDisk, tryTwoTabs } from '../faults/full-disk';
import { block5Run, FaultBench, headRun, type Fault, type FaultyRun, type Trial } from '../faults/kills';
import { storageFaultCases } from '../../src/storage/testing/storage-faults';
import { tornWrites } from '../faults/torn-writes';
import type { Row, Suite } from '../suite';

/** Each so often: 26 kills in all. Fine-tuning takes longer, so it has fewer. */
const kills: readonly (readonly [FaultyRun, Fault, number])[] = [
  [headRun, 'browser', 6],
  [headRun, 'tab', 2],
  [headRun, 'crash', 2],
  [headRun, 'control worker', 2],
  [headRun, 'compute worker', 3],
  [headRun, 'torn', 4],
  [block5Run, 'browser', 3],
  [block5Run, 'compute worker', 2],
  [block5Run, 'torn', 2],
];

function rowOf(name: string, what: string, trials: readonly Pick<Trial, 'lost' | 'stepsKept'>[]): Row {
  const lost = trials.filter((trial) => trial.lost !== null).length;
  const resumed = trials.filter(({ stepsKept }) => stepsKept !== null).length;
  return { name, fault: what, tried: trials.length, wentOn: resumed, survived: trials.length - lost, lost };
}

/** Each write of what keeps projects and pictures goes wrong once: a new visit must find what was before, or what should be after. */
async function brokenWrites(seed: number): Promise<{ tried: number; lost: number; first: string | null }> {
  const cases = await storageFaultCases(seed);
  const failures: string[] = [];
  for (const each of cases)
    await each.run().catch((thrown: unknown) => {
      failures.push(`${each.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    });
  return { tried: cases.length, lost: failures.length, first: failures[0] ?? null };
}

export const faultsSuite: Suite = {
  name: 'faults',
  about:
    'kills, torn writes, a full disk and two tabs at seeded moments: every run must end as an unbroken one, bit for bit (--seed N)',
  quick: false,
  run: async ({ seed }) => {
    await ensureBuilt();
    const rng = deriveRng(seed, 'faults');
    const server = await startStaticServer({
      root: distFolder,
      // Runs of seconds want checkpoints more often than every ten.
      meta: { 'headstart:checkpoint-seconds': '0.2' },
    });
    const browser = await createKillableBrowser();
    const rows: Row[] = [];
    const notes = [
      `Seed ${String(seed)}: the same faults again with --seed ${String(seed)}; moments shift a little with the machine’s load.`,
    ];
    try {
      const bench = new FaultBench(browser, server.url, rng);
      let version = '';
      for (const run of [headRun, block5Run]) {
        const { numbers, milliseconds } = await bench.expect(run);
        version = (await bench.open()).page.context().browser()?.version() ?? '';
        console.log(
          `${run.name}: ${String(numbers.losses.length)} steps in ${String(milliseconds)} ms, weights ${numbers.weightsHash ?? ''}`,
        );
        for (const [own, fault, times] of kills) {
          if (own !== run) continue;
          const trials: Trial[] = [];
          for (let count = 0; count < times; count += 1) {
            const trial = await bench.try(fault, run);
            trials.push(trial);
            const kept = trial.stepsKept === null ? 'nothing to go on with' : `went on from ${String(trial.stepsKept)}`;
            console.log(
              `${run.name}, ${fault} after ${String(trial.at)} ms: ${String(trial.stepsBefore)} steps told, ${kept}; ${trial.lost ?? 'the same numbers'}`,
            );
          }
          rows.push(rowOf(run.name, fault, trials));
        }
      }
      const { page, store } = await bench.open();
      rows.push(rowOf('head', 'full disk', [await tryFullDisk(page, store, server.url, headRun.settings)]));
      rows.push(rowOf('head', 'two tabs', [await tryTwoTabs(page, store, server.url, headRun.settings)]));
      for (const { what, tried, lost } of await tornWrites(seed))
        rows.push({ name: 'disk', fault: what, tried, wentOn: tried - lost, survived: tried - lost, lost });
      const { tried, lost, first } = await brokenWrites(seed);
      if (first !== null) notes.push(first);
      rows.push({
        name: 'projects and pictures',
        fault: 'write refused, cut or unanswered',
        ...{ tried, wentOn: tried - lost, survived: tried - lost, lost },
      });
      const all = (key: string) => rows.reduce((sum, row) => sum + Number(row[key]), 0);
      rows.push({
        name: 'all',
        fault: '',
        tried: all('tried'),
        wentOn: all('wentOn'),
        survived: all('survived'),
        lost: all('lost'),
      });
      notes.push('wentOn: from a checkpoint; where a kill came before the first one, or after the end, the run was begun anew.');
      return { rows, browser: `Chromium ${version}`, adapter: null, notes, failed: all('lost') > 0 };
    } finally {
      await browser.close();
      await server.close();
    }
  },
};
