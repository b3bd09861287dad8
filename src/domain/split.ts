import { compareText } from './compare-text';
import type { Sample, Split } from './dataset';
import { hashText } from './rng';
import type { RunConfig } from './run-config';

/** What the split needs to know of a sample. */
export interface SplitCandidate extends Pick<Sample, 'id' | 'className' | 'folderSplit'> {
  /** Over the folder's and over chance; absent or null where the person chose none. */
  readonly pinnedSplit?: Split | null;
  /** Pictures of one group never lie in two splits, unless folders or pins say so. */
  readonly group?: string | null;
}

export interface SplitSettings extends Pick<RunConfig, 'valFraction' | 'seed' | 'limitPerClass'> {
  /** Share that goes to test where the folders give none; 0 where it is absent. */
  readonly testFraction?: number;
}

export interface SplitAssignment {
  /** Every sample that takes part, by id. */
  readonly assignments: ReadonlyMap<string, Split>;
  /** Ids that the limit leaves out, sorted. */
  readonly leftOut: readonly string[];
}

/**
 * In a random order that depends on the seed, the purpose and each sample's own id only: what is chosen from its front hardly
 * changes when samples come or go, and not at all with the order of the input.
 */
function rank<T extends SplitCandidate>(samples: readonly T[], seed: number, purpose: string): T[] {
  const start = hashText(purpose, seed);
  return samples
    .map((sample) => ({ sample, at: hashText(sample.id, start) }))
    .sort((a, b) => a.at - b.at || compareText(a.sample.id, b.sample.id))
    .map(({ sample }) => sample);
}

function groupByClass<T extends SplitCandidate>(samples: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const sample of samples) {
    if (sample.className === null) continue;
    const group = groups.get(sample.className);
    if (group === undefined) groups.set(sample.className, [sample]);
    else group.push(sample);
  }
  return [...groups.values()];
}

/** A seeded choice of at most `limit` samples of each class, without regard to folder splits; null chooses all. */
export function limitPerClass<T extends SplitCandidate>(
  samples: readonly T[],
  limit: number | null,
  seed: number,
): { kept: T[]; leftOut: T[] } {
  if (limit === null) return { kept: [...samples], leftOut: [] };
  const ranked = groupByClass(samples).map((group) => rank(group, seed, 'limit'));
  return { kept: ranked.flatMap((group) => group.slice(0, limit)), leftOut: ranked.flatMap((group) => group.slice(limit)) };
}

/** By pin and folder: `train` holds those of no split's folder too. */
type ClassParts<T> = Readonly<Record<Split, readonly T[]>>;
export type SplitCounts = Readonly<Record<Split, number>>;

const splitNames = ['train', 'val', 'test'] as const;

function givenSplit({ pinnedSplit, folderSplit }: SplitCandidate): Split {
  return pinnedSplit ?? folderSplit ?? 'train';
}

function partsOf<T extends SplitCandidate>(group: readonly T[]): ClassParts<T> {
  return {
    train: group.filter((sample) => givenSplit(sample) === 'train'),
    val: group.filter((sample) => givenSplit(sample) === 'val'),
    test: group.filter((sample) => givenSplit(sample) === 'test'),
  };
}

function lengthsOf({ train, val, test }: ClassParts<unknown>): SplitCounts {
  return { train: train.length, val: val.length, test: test.length };
}

/**
 * How many samples of each part a limit lets through: train and val together at most `limit`, in proportion, one of each at least.
 * From a limit of 2 on none of the three falls as the limit rises.
 */
function quotas({ train, val, test }: SplitCounts, limit: number): SplitCounts {
  const total = train + val;
  if (total === 0) return { train, val, test: Math.min(test, limit) };
  if (total <= limit) return { train, val, test };
  const trainQuota = val === 0 ? limit : train === 0 ? 0 : Math.min(limit - 1, Math.max(1, Math.round((limit * train) / total)));
  // The test part shrinks alike, so that a limit shortens the run as a whole.
  return { train: trainQuota, val: limit - trainQuota, test: test === 0 ? 0 : Math.max(1, Math.round((test * limit) / total)) };
}

/** The pin of one picture counts for its whole group, where the others have none of their own. */
function pinGroups<T extends SplitCandidate>(samples: readonly T[]): readonly T[] {
  const pins = new Map<string, Split>();
  for (const { group, pinnedSplit } of samples)
    if (typeof group === 'string' && pinnedSplit !== undefined && pinnedSplit !== null && !pins.has(group))
      pins.set(group, pinnedSplit);
  if (pins.size === 0) return samples;
  return samples.map((sample) => {
    const pin = typeof sample.group === 'string' ? pins.get(sample.group) : undefined;
    return pin === undefined ? sample : { ...sample, pinnedSplit: sample.pinnedSplit ?? pin };
  });
}

/** One picture, or those of a group: drawn together. */
interface Unit {
  readonly key: string;
  readonly className: string | null;
  readonly ids: readonly string[];
}

/** Groups belong to the class of most of their pictures. */
function unitsOf(samples: readonly SplitCandidate[]): Unit[] {
  const units: Unit[] = [];
  const groups = new Map<string, SplitCandidate[]>();
  for (const sample of samples) {
    if (typeof sample.group !== 'string') {
      units.push({ key: sample.id, className: sample.className, ids: [sample.id] });
      continue;
    }
    const members = groups.get(sample.group);
    if (members === undefined) groups.set(sample.group, [sample]);
    else members.push(sample);
  }
  for (const [key, members] of groups) {
    const [most] = groupByClass(members).sort(
      (a, b) => b.length - a.length || compareText(a[0]?.className ?? '', b[0]?.className ?? ''),
    );
    units.push({ key, className: most?.[0]?.className ?? null, ids: members.map(({ id }) => id) });
  }
  return units;
}

/** A group may overshoot what is wanted by this share of it: better than a part that stays empty. */
const overshoot = 0.25;

/** From the front of the list as many units as give about `wanted` pictures; at least one where one is wanted and two are there. */
function take(units: readonly Unit[], wanted: number): Set<Unit> {
  const taken = new Set<Unit>();
  let count = 0;
  for (const unit of units) {
    if (count >= wanted) break;
    const isSingle = unit.ids.length === 1;
    if (!isSingle && count + unit.ids.length > wanted * (1 + overshoot)) continue;
    taken.add(unit);
    count += unit.ids.length;
  }
  if (taken.size === 0 && wanted > 0 && units.length > 1) {
    const smallest = units.reduce((least, unit) => (unit.ids.length < least.ids.length ? unit : least));
    taken.add(smallest);
  }
  return taken;
}

/** What is kept of a class and still to be drawn from. */
interface ClassToDraw {
  readonly drawable: readonly SplitCandidate[];
  readonly kept: SplitCounts;
}

/** Draws validation and test from what the folders and pins leave to chance. */
function draw(
  classes: ReadonlyMap<string, ClassToDraw>,
  { seed, valFraction, testFraction = 0 }: SplitSettings,
  givenByFolders: ReadonlySet<Split>,
): Map<string, Split> {
  const drawn = new Map<string, Split>();
  const units = unitsOf([...classes.values()].flatMap(({ drawable }) => drawable));
  const start = hashText('val', seed);
  const ranked = units.map((unit) => ({ unit, at: hashText(unit.key, start) }));
  ranked.sort((a, b) => a.at - b.at || compareText(a.unit.key, b.unit.key));
  const ofClass = new Map<string, Unit[]>();
  for (const { unit } of ranked) {
    const className = unit.className ?? '';
    const others = ofClass.get(className);
    if (others === undefined) ofClass.set(className, [unit]);
    else others.push(unit);
  }
  for (const [className, own] of ofClass) {
    const kept = classes.get(className)?.kept ?? { train: 0, val: 0, test: 0 };
    const valWanted = givenByFolders.has('val') ? 0 : valWantedOf(kept, valFraction);
    const val = take(own, valWanted);
    const rest = own.filter((unit) => !val.has(unit));
    // From the other end, so that validation stays as it is whatever test takes; one unit at least stays to train.
    const testWanted = givenByFolders.has('test') ? 0 : testWantedOf(kept, testFraction);
    const test = take(rest.slice(1).reverse(), testWanted);
    for (const unit of val) for (const id of unit.ids) drawn.set(id, 'val');
    for (const unit of test) for (const id of unit.ids) drawn.set(id, 'test');
  }
  return drawn;
}

/** How many more go to validation than are pinned to it. */
function valWantedOf({ train, val }: SplitCounts, valFraction: number): number {
  return Math.max(0, Math.min(train - 1, valCount(train + val, valFraction) - val));
}

function testWantedOf({ train, val, test }: SplitCounts, testFraction: number): number {
  return testFraction === 0 ? 0 : Math.max(0, Math.round((train + val + test) * testFraction) - test);
}

/**
 * Gives every sample with a label one split. What the person pinned is kept, then splits that the folders gave. Where they give a val
 * split, nothing else goes there and samples without a split train; otherwise `valFraction` of each class (rounded; at least one and not
 * all where it has two) is drawn from what is not test. `limitPerClass` counts train and val together, in the folders' proportion; test
 * shrinks by the same factor, and never serves as val. A group is drawn as a whole, for the class of most of its pictures; a class then
 * may miss its share by a quarter of it or one group. The choice depends on the seed and the samples' ids and groups alone: not on their
 * order, their classes' names or other classes; without a limit, a new picture moves at most one other picture of its class, or one group.
 */
export function assignSplits(samples: readonly SplitCandidate[], settings: SplitSettings): SplitAssignment {
  const { seed, limitPerClass: limit } = settings;
  const givenByFolders = new Set(samples.flatMap(({ folderSplit }) => folderSplit ?? []));
  const splits: [id: string, split: Split][] = [];
  const leftOut: string[] = [];
  const toDraw = new Map<string, ClassToDraw>();

  for (const group of groupByClass(pinGroups(samples))) {
    const parts = partsOf(group);
    const quota = limit === null ? null : quotas(lengthsOf(parts), limit);
    const kept: Record<Split, readonly SplitCandidate[]> = { train: [], val: [], test: [] };
    for (const part of splitNames) {
      const own = parts[part];
      const count = quota?.[part] ?? own.length;
      // Ranked only where something is left out: at 25,000 pictures this is a third of the time.
      const ranked = count < own.length ? rank(own, seed, 'limit') : own;
      for (const { id } of ranked.slice(count)) leftOut.push(id);
      kept[part] = ranked.slice(0, count);
      for (const { id } of kept[part]) splits.push([id, part]);
    }
    const drawable = kept.train.filter(({ pinnedSplit }) => pinnedSplit !== 'train');
    toDraw.set(group[0]?.className ?? '', { drawable, kept: lengthsOf(kept) });
  }
  const drawn = draw(toDraw, settings, givenByFolders);
  const assigned = splits.map(([id, part]): [string, Split] => [id, drawn.get(id) ?? part]);
  assigned.sort(([a], [b]) => compareText(a, b));
  return { assignments: new Map(assigned), leftOut: leftOut.sort(compareText) };
}

function valCount(count: number, valFraction: number): number {
  return count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * valFraction)));
}

/** A class's samples so ordered that what a limit of 2 or more keeps is always the front. */
function orderOfClass<T extends SplitCandidate>(group: readonly T[], seed: number): T[] {
  const parts = partsOf(group);
  const ranked: ClassParts<T> = {
    train: rank(parts.train, seed, 'limit'),
    val: rank(parts.val, seed, 'limit'),
    test: rank(parts.test, seed, 'limit'),
  };
  const ordered: T[] = [];
  let taken: SplitCounts = { train: 0, val: 0, test: 0 };
  for (let limit = 2; ordered.length < group.length; limit += 1) {
    const quota = quotas(lengthsOf(parts), limit);
    for (const part of splitNames) ordered.push(...ranked[part].slice(taken[part], quota[part]));
    taken = quota;
  }
  return ordered;
}

/**
 * The ids in the order in which their features are best extracted: one of each class in turn, and within a class those first that a
 * smaller limit keeps. Wherever it is cut, the classes stand balanced, and a limit set then finds its pictures done first.
 */
export function orderForLimits(samples: readonly SplitCandidate[], seed: number): string[] {
  const classes = groupByClass(pinGroups(samples)).map((group) => orderOfClass(group, seed));
  const longest = classes.reduce((most, { length }) => Math.max(most, length), 0);
  const ids: string[] = [];
  for (let round = 0; round < longest; round += 1)
    for (const ordered of classes) {
      const sample = ordered[round];
      if (sample !== undefined) ids.push(sample.id);
    }
  return ids;
}

/** What folders and pins hold of each class, counted once so that many limits can be tried on it. */
export interface FolderCounts {
  readonly classes: ReadonlyMap<string, SplitCounts>;
  readonly foldersGiveVal: boolean;
  readonly foldersGiveTest: boolean;
}

export function countFolders(samples: readonly SplitCandidate[]): FolderCounts {
  const classes = new Map<string, Record<Split, number>>();
  for (const sample of pinGroups(samples)) {
    const { className } = sample;
    if (className === null) continue;
    const counts = classes.get(className) ?? { train: 0, val: 0, test: 0 };
    counts[givenSplit(sample)] += 1;
    classes.set(className, counts);
  }
  const isGiven = (split: Split): boolean => samples.some(({ folderSplit }) => folderSplit === split);
  return { classes, foldersGiveVal: isGiven('val'), foldersGiveTest: isGiven('test') };
}

/** How many samples of each class `assignSplits` would give to each split, without choosing them; about so many where there are groups. */
export function countSplits(
  { classes, foldersGiveVal, foldersGiveTest }: FolderCounts,
  { valFraction, limitPerClass: limit, testFraction = 0 }: Omit<SplitSettings, 'seed'>,
): Map<string, SplitCounts> {
  return new Map(
    [...classes].map(([className, counts]): [string, SplitCounts] => {
      const kept = limit === null ? counts : quotas(counts, limit);
      const { train, val, test } = kept;
      const toVal = foldersGiveVal ? 0 : valWantedOf(kept, valFraction);
      const toTest = foldersGiveTest ? 0 : Math.min(testWantedOf(kept, testFraction), Math.max(0, train - toVal - 1));
      return [className, { train: train - toVal - toTest, val: val + toVal, test: test + toTest }];
    }),
  );
}
