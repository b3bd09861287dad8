import { describeError } from '../domain/errors';
import { runConfigProblems, settingNames, type RunConfig } from '../domain/run-config';
import type { Sample } from '../domain/dataset';
import { keptEpoch, type RunRecord } from '../domain/history';
import { conflictKey, findConflicts, type Conflict } from '../domain/look-alikes';
import { assignSplits, type SplitCandidate } from '../domain/split';
import { candidatesOf, groupPictures, type Grouping, type SplitRules } from '../domain/split-rules';
import { selectStart } from './start-selectors';
import type { PageState, SplitOverview, TrainBlocker } from './state';

let candidatesFor: {
  samples: readonly Sample[];
  rules: SplitRules;
  made: { readonly candidates: readonly SplitCandidate[]; readonly grouping: Grouping };
} | null = null;

/** The pictures as the split sees them, and which belong together. The same objects until pictures or rules change. */
export function selectSplitCandidates(state: PageState): {
  readonly candidates: readonly SplitCandidate[];
  readonly grouping: Grouping;
} {
  const { samples, splitRules: rules } = state.project.document;
  if (candidatesFor?.samples === samples && candidatesFor.rules === rules) return candidatesFor.made;
  const grouping = groupPictures(samples, rules);
  const made = { candidates: candidatesOf(samples, rules, grouping), grouping };
  candidatesFor = { samples, rules, made };
  return made;
}

let splitsOf: { keys: readonly unknown[]; overview: SplitOverview } | null = null;

const noSplits: SplitOverview = { assignments: new Map(), counts: { train: 0, val: 0, test: 0 }, leftOut: 0 };

/** Which picture is in which split now. The same object until pictures or the settings that decide it change. */
export function selectSplits(state: PageState): SplitOverview {
  const { samples, settings, splitRules } = state.project.document;
  const { seed, valFraction, limitPerClass } = settings;
  if (samples.length === 0 || hasSplitProblem(settings)) return noSplits;
  const { candidates } = selectSplitCandidates(state);
  const keys = [candidates, seed, valFraction, limitPerClass];
  if (splitsOf?.keys.every((key, index) => key === keys[index]) === true) return splitsOf.overview;
  const { testFraction } = splitRules;
  const { assignments, leftOut } = assignSplits(candidates, { seed, valFraction, limitPerClass, testFraction });
  const counts = { train: 0, val: 0, test: 0 };
  for (const split of assignments.values()) counts[split] += 1;
  const overview: SplitOverview = { assignments, counts, leftOut: leftOut.length };
  splitsOf = { keys, overview };
  return overview;
}

function hasSplitProblem(settings: RunConfig): boolean {
  return runConfigProblems(settings).some(
    ({ field }) => field === 'seed' || field === 'valFraction' || field === 'limitPerClass',
  );
}

let countsOf: { samples: readonly Sample[]; counts: ReadonlyMap<string | null, number> } | null = null;

/** Pictures of each class that has some; under null the unlabelled. */
export function selectClassCounts(state: PageState): ReadonlyMap<string | null, number> {
  const { samples } = state.project.document;
  if (countsOf?.samples === samples) return countsOf.counts;
  const counts = new Map<string | null, number>();
  for (const { className } of samples) counts.set(className, (counts.get(className) ?? 0) + 1);
  countsOf = { samples, counts };
  return counts;
}

let groupsOf: { samples: readonly Sample[]; groups: ReadonlyMap<string | null, readonly Sample[]> } | null = null;

/** The samples of each class, in the order in which they came; under null the unlabelled. The same arrays while nothing in them changes. */
export function selectSamplesByClass(state: PageState): ReadonlyMap<string | null, readonly Sample[]> {
  const { samples } = state.project.document;
  if (groupsOf?.samples === samples) return groupsOf.groups;
  const found = new Map<string | null, Sample[]>();
  for (const sample of samples) {
    const group = found.get(sample.className);
    if (group === undefined) found.set(sample.className, [sample]);
    else group.push(sample);
  }
  const groups = new Map(
    [...found].map(([className, group]): [string | null, readonly Sample[]] => {
      const former = groupsOf?.groups.get(className);
      const isSame = former?.length === group.length && group.every((sample, at) => sample === former[at]);
      return [className, isSame ? former : group];
    }),
  );
  groupsOf = { samples, groups };
  return groups;
}

let sampleIndexOf: { samples: readonly Sample[]; index: ReadonlyMap<string, Sample> } | null = null;

/** Sample id -> sample. */
export function selectSampleIndex(state: PageState): ReadonlyMap<string, Sample> {
  const { samples } = state.project.document;
  if (sampleIndexOf?.samples === samples) return sampleIndexOf.index;
  const index = new Map(samples.map((sample) => [sample.id, sample]));
  sampleIndexOf = { samples, index };
  return index;
}

let conflictsOf: { keys: readonly unknown[]; conflicts: readonly Conflict[] } | null = null;

/** Look-alikes in two classes or two splits, without those that the person accepted. */
export function selectConflicts(state: PageState): readonly Conflict[] {
  const { pairs, accepted } = state.lookAlikes;
  const samples = selectSampleIndex(state);
  const { assignments } = selectSplits(state);
  const keys = [pairs, accepted, samples, assignments];
  if (conflictsOf?.keys.every((key, index) => key === keys[index]) === true) return conflictsOf.conflicts;
  const conflicts = findConflicts(pairs, samples, assignments).filter((conflict) => !accepted.has(conflictKey(conflict)));
  conflictsOf = { keys, conflicts };
  return conflicts;
}

/** The palette position of a class: its own, or, for a class that only the kept head knows, its index there. */
export function selectPaletteIndex(className: string): (state: PageState) => number {
  return (state) => {
    const own = state.project.document.classColours[className];
    if (own !== undefined) return own;
    return Math.max(0, state.headRun?.classNames.indexOf(className) ?? 0);
  };
}

function findTrainBlocker(state: PageState): TrainBlocker {
  const { compute, weights, ingest, project, workerDead } = state;
  const { classNames, settings, samples } = project.document;
  if (workerDead !== null) return workerDead;
  if (state.access === 'reader') return describeError('project-not-owned');
  if (ingest.phase !== 'idle') return describeError('adding-pictures');
  if (samples.length === 0) return describeError('no-pictures');
  const [onlyClass] = classNames;
  if (classNames.length < 2) return describeError('one-class', { className: onlyClass ?? '' });
  const { counts, assignments } = selectSplits(state);
  const [problem] = runConfigProblems(settings);
  if (problem !== undefined) {
    return describeError('setting-invalid', {
      setting: settingNames[problem.field],
      problem: lowerFirst(problem.message).replace(/\.$/, ''),
    });
  }
  const small = classNames.find((className) => (selectClassCounts(state).get(className) ?? 0) < 2);
  if (small !== undefined)
    return describeError('class-too-small', { className: small, count: selectClassCounts(state).get(small) ?? 0 });
  const trainClasses = new Set(samples.filter(({ id }) => assignments.get(id) === 'train').map(({ className }) => className));
  const untrained = classNames.find((className) => !trainClasses.has(className));
  if (untrained !== undefined) return describeError('class-too-small', { className: untrained, count: 0 });
  if (counts.val === 0) return describeError('no-validation-pictures');
  const closed = state.folders.filter(({ access }) => access !== 'granted');
  if (closed.length > 0) {
    const isAbsent = closed.every(({ access }) => access === 'absent');
    return describeError(isAbsent ? 'folder-absent' : 'folder-permission', { names: closed.map(({ name }) => name).join(', ') });
  }
  if (compute.error !== null && compute.status === null) return compute.error;
  if (weights.phase === 'failed' && weights.error !== null) return weights.error;
  if (state.modelImport.problem !== null) return state.modelImport.problem;
  if (state.modelImport.phase === 'taking') return describeError('busy');
  const start = selectStart(state);
  if (start.value === 'present' && start.reasonNot !== null) return start.reasonNot;
  return null;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

let blockerOf: { keys: readonly unknown[]; blocker: TrainBlocker } | null = null;

/** Why Train cannot be pressed now; null when it can. Weights that are still loading do not block: the run waits for them. */
export function selectTrainBlocker(state: PageState): TrainBlocker {
  const keys = [
    state.project.document,
    state.compute,
    state.weights.phase,
    state.weights.error,
    state.ingest.phase,
    state.workerDead,
    state.folders,
    state.access,
    state.modelImport.problem,
    state.modelImport.phase,
    state.headRun,
    state.headReady,
    state.run.start,
  ];
  if (blockerOf?.keys.every((key, index) => key === keys[index])) return blockerOf.blocker;
  const blocker = findTrainBlocker(state);
  blockerOf = { keys, blocker };
  return blocker;
}

/** The finished runs of a head alone on exactly as many pictures of the same classes as would take part now, best first. */
function listHeadRuns(state: PageState): RunRecord[] {
  const { classNames, runs } = state.project.document;
  const { counts } = selectSplits(state);
  const reached = (run: RunRecord) => keptEpoch(run)?.valAccuracy ?? 0;
  return runs
    .filter(
      (run) =>
        run.config.way !== 'fine-tune' &&
        run.classNames.join('\n') === classNames.join('\n') &&
        run.counts.train === counts.train &&
        run.counts.val === counts.val &&
        run.counts.test === counts.test,
    )
    .sort((a, b) => reached(b) - reached(a));
}

/** Where fine-tuning is chosen: the best run of a head alone on these pictures. Null otherwise, and before there is one. */
export function selectHeadRun(state: PageState): RunRecord | null {
  return state.project.document.settings.way === 'fine-tune' ? (listHeadRuns(state)[0] ?? null) : null;
}
