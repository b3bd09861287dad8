import type { Sample, Split } from './dataset';
import { hashText } from './rng';
import type { RunConfig } from './run-config';

/** What the split needs to know of a sample. */
export type SplitCandidate = Pick<Sample, 'id' | 'className' | 'folderSplit'>;

export type SplitSettings = Pick<RunConfig, 'valFraction' | 'seed' | 'limitPerClass'>;

export interface SplitAssignment {
  /** Every sample that takes part, by id. */
  readonly assignments: ReadonlyMap<string, Split>;
  /** Ids that the limit leaves out, sorted. */
  readonly leftOut: readonly string[];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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

/** By folder: `train` holds those of no split's folder too. */
type ClassParts<T> = Readonly<Record<Split, readonly T[]>>;
export type SplitCounts = Readonly<Record<Split, number>>;

const splitNames = ['train', 'val', 'test'] as const;

function partsOf<T extends SplitCandidate>(group: readonly T[]): ClassParts<T> {
  return {
    train: group.filter(({ folderSplit }) => folderSplit === 'train' || folderSplit === null),
    val: group.filter(({ folderSplit }) => folderSplit === 'val'),
    test: group.filter(({ folderSplit }) => folderSplit === 'test'),
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

/**
 * Gives every sample with a label one split. Splits that the folders gave are kept. Where they give a val split, nothing else goes there and samples
 * without a split train; otherwise `valFraction` of each class (rounded; at least one and not all where it has two) is drawn from what
 * is not test. `limitPerClass` counts train and val together, in the folders' proportion; test shrinks by the same factor, and
 * never serves as val. The choice depends on the seed and the samples' ids alone: not on their order, their classes' names or other classes;
 * without a limit, a new picture moves at most one other picture of its class.
 */
export function assignSplits(samples: readonly SplitCandidate[], settings: SplitSettings): SplitAssignment {
  const { seed, valFraction, limitPerClass: limit } = settings;
  const foldersGiveVal = samples.some(({ folderSplit }) => folderSplit === 'val');
  const splits: [id: string, split: Split][] = [];
  const leftOut: string[] = [];

  for (const group of groupByClass(samples)) {
    const parts = partsOf(group);
    const quota = limit === null ? null : quotas(lengthsOf(parts), limit);
    for (const part of splitNames) {
      const ranked = rank(parts[part], seed, 'limit');
      const count = quota?.[part] ?? ranked.length;
      leftOut.push(...ranked.slice(count).map(({ id }) => id));
      const kept = rank(ranked.slice(0, count), seed, 'val');
      const drawn = part === 'train' && !foldersGiveVal ? valCount(kept.length, valFraction) : 0;
      splits.push(...kept.map(({ id }, at): [string, Split] => [id, at < drawn ? 'val' : part]));
    }
  }
  splits.sort(([a], [b]) => compareText(a, b));
  return { assignments: new Map(splits), leftOut: leftOut.sort(compareText) };
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
  const classes = groupByClass(samples).map((group) => orderOfClass(group, seed));
  const longest = classes.reduce((most, { length }) => Math.max(most, length), 0);
  const ids: string[] = [];
  for (let round = 0; round < longest; round += 1)
    for (const ordered of classes) {
      const sample = ordered[round];
      if (sample !== undefined) ids.push(sample.id);
    }
  return ids;
}

/** What the folders hold of each class, counted once so that many limits can be tried on it. */
export interface FolderCounts {
  readonly classes: ReadonlyMap<string, SplitCounts>;
  readonly foldersGiveVal: boolean;
}

export function countFolders(samples: readonly SplitCandidate[]): FolderCounts {
  const classes = new Map<string, Record<Split, number>>();
  for (const { className, folderSplit } of samples) {
    if (className === null) continue;
    const counts = classes.get(className) ?? { train: 0, val: 0, test: 0 };
    counts[folderSplit ?? 'train'] += 1;
    classes.set(className, counts);
  }
  return { classes, foldersGiveVal: samples.some(({ folderSplit }) => folderSplit === 'val') };
}

/** How many samples of each class `assignSplits` would give to each split, without choosing them. */
export function countSplits(
  { classes, foldersGiveVal }: FolderCounts,
  { valFraction, limitPerClass: limit }: Omit<SplitSettings, 'seed'>,
): Map<string, SplitCounts> {
  return new Map(
    [...classes].map(([className, counts]): [string, SplitCounts] => {
      const { train, val, test } = limit === null ? counts : quotas(counts, limit);
      const drawn = foldersGiveVal ? 0 : valCount(train, valFraction);
      return [className, { train: train - drawn, val: val + drawn, test }];
    }),
  );
}
