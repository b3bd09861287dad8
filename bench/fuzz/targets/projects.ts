import { applyCommand } from '../../../src/domain/commands';
import { plainSample, type Sample } from '../../../src/domain/dataset';
import type { RunRecord } from '../../../src/domain/history';
import { findLookAlikes } from '../../../src/domain/look-alikes';
import { createPreset } from '../../../src/domain/presets';
import { createProject, parseProject } from '../../../src/domain/project';
import { runConfigProblems } from '../../../src/domain/run-config';
import { createRunExport } from '../../../src/domain/run-export';
import { assignSplits } from '../../../src/domain/split';
import { candidatesOf, groupPictures } from '../../../src/domain/split-rules';
import { mutateValue, showValue, smallerValues } from '../mutate-value';
import { type FuzzTarget, promise } from '../target';
import { plainRun } from '../../../src/domain/testing/plain-run';

const settings = createPreset('recommended', 0);
const samples = ['cat', 'dog', null, 'cat', 'dog'].map((className, at): Sample => ({
  ...plainSample,
  id: String(at).repeat(32),
  name: `${String(at)}.jpg`,
  path: `set/${String(at)}.jpg`,
  className,
  folderSplit: at === 3 ? 'val' : null,
  contentHash: String(at).repeat(32),
  perceptualHash: `${String(at)}123456789abcdef`,
  takenAt: at === 1 ? '2026-01-31T12:34:56' : null,
  width: 300,
  height: 200,
  bytes: 40_000,
}));
const run: RunRecord = {
  ...plainRun,
  id: 'r1',
  startedAt: '2026-11-24T00:00:00.000Z',
  config: settings,
  history: {
    steps: [{ epoch: 0, step: 0, batchSize: 2, trainLoss: 0.7, trainAccuracy: 0.5, noteLoss: 0.35, noteAccuracy: 0.5 }],
    epochs: [{ epoch: 0, trainLoss: 0.7, trainAccuracy: 0.5, valLoss: 0.6, valAccuracy: 1, noteValLoss: 0.1, seconds: 2 }],
  },
  log: ['line'],
  seconds: { weights: 1, features: 2, train: 3, total: 6 },
};
const empty = createProject('id', '2026-11-24T00:00:00.000Z', settings);
const full = [
  { kind: 'add-samples', samples, origin: 'folder' },
  { kind: 'add-class', className: 'empty' },
  { kind: 'add-run', run },
  { kind: 'annotate-run', runId: 'r1', change: { name: 'first', starred: true } },
  { kind: 'change-split-rules', rules: { by: 'ratio', testFraction: 0.2, together: 'pattern', pattern: '{class}{number}' } },
] as const;
/** As storage and files hold it: plain. */
const valid: readonly unknown[] = [empty, full.reduce(applyCommand, empty)].map((document): unknown =>
  JSON.parse(JSON.stringify(document)),
);

/** Equal but for the order of keys; a number that is none is equal to itself. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return left.size === right.size && [...left].every(([key, value]) => isSame(value, right.get(key)));
}

/** A document from storage, or one day from somebody else's file. */
export const projectTarget: FuzzTarget = {
  name: 'projects',
  of: 'domain/project, commands, split, look-alikes, run-export',
  make: (rng) => mutateValue(valid, rng),
  run: (stored) => {
    const document = parseProject(stored);
    promise(isSame(parseProject(structuredClone(document)), document), 'what is saved again opens again the same');
    promise(!('polluted' in {}), 'no prototype is changed');
    const ids = new Set(document.samples.map(({ id }) => id));
    promise(ids.size === document.samples.length, 'pictures differ');
    const classes = new Set(document.classNames);
    promise(classes.size === document.classNames.length, 'classes differ');
    for (const { className } of document.samples) promise(className === null || classes.has(className), 'a label is a class');
    // What the page does with it at once.
    const grouping = groupPictures(document.samples, document.splitRules);
    const { seed, valFraction, limitPerClass } = document.settings;
    const isSplit = runConfigProblems(document.settings).every(
      ({ field }) => !['seed', 'valFraction', 'limitPerClass'].includes(field),
    );
    if (isSplit) {
      const candidates = candidatesOf(document.samples, document.splitRules, grouping);
      const { testFraction } = document.splitRules;
      const { assignments } = assignSplits(candidates, { seed, valFraction, limitPerClass, testFraction });
      promise(
        [...assignments.keys()].every((id) => ids.has(id)),
        'only pictures are in a split',
      );
    }
    const search = findLookAlikes(document.samples);
    while (search.next().done !== true);
    for (const one of document.runs) createRunExport(one);
    const named = applyCommand(document, { kind: 'add-class', className: 'new class' });
    promise(named.classNames.includes('new class'), 'a class can be added');
    const [first] = document.samples;
    if (first !== undefined) applyCommand(named, { kind: 'move-samples', ids: [first.id], className: 'new class' });
    return 'accepted';
  },
  smaller: smallerValues,
  show: showValue,
};
