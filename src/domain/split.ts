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

interface ClassParts {
  /** From the train folder and from no split's folder. */
  readonly train: readonly SplitCandidate[];
  readonly val: readonly SplitCandidate[];
  readonly test: readonly SplitCandidate[];
}

/** How many samples of each part a limit lets through: train and val together at most `limit`, in proportion, one of each at least. */
function quotas(parts: ClassParts, limit: number): Record<Split, number> {
  const [train, val, test] = [parts.train.length, parts.val.length, parts.test.length];
  const total = train + val;
  if (total === 0) return { train, val, test: Math.min(test, limit) };
  if (total <= limit) return { train, val, test };
  const trainQuota = val === 0 ? limit : train === 0 ? 0 : Math.min(limit - 1, Math.max(1, Math.round((limit * train) / total)));
  // The test part shrinks alike, so that a limit shortens the run as a whole.
  return { train: trainQuota, val: limit - trainQuota, test: test === 0 ? 0 : Math.max(1, Math.round((test * limit) / total)) };
}

/**
 * Gives every sample one split. Splits that the folders gave are kept. Where they give a val split, nothing else goes there and samples
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
    const parts: ClassParts = {
      train: group.filter(({ folderSplit }) => folderSplit === 'train' || folderSplit === null),
      val: group.filter(({ folderSplit }) => folderSplit === 'val'),
      test: group.filter(({ folderSplit }) => folderSplit === 'test'),
    };
    const quota = limit === null ? null : quotas(parts, limit);
    for (const part of ['train', 'val', 'test'] as const) {
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
