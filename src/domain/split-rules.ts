import * as v from 'valibot';
import type { Sample } from './dataset';
import { parseExpression } from './recognise/parse-expression';
import { createPatternMachine } from './recognise/pattern-machine';
import type { SplitCandidate } from './split';

/** How the person wants pictures split, beside the validation share and the seed, which are settings of a run. */
export interface SplitRules {
  /** Whether splits that folders gave are kept; by ratio they are not. Pins are kept always. */
  readonly by: 'folders' | 'ratio';
  /** Share of each class that goes to test where no folder says so, 0 to 0.5. */
  readonly testFraction: number;
  /** Which pictures belong together and never lie in two splits. `auto`: those taken within 10 s where that shows bursts. */
  readonly together: 'auto' | 'never' | 'times' | 'pattern';
  /** A regular expression on the path; what its first group (or all of it) finds is the name of the picture's group. */
  readonly pattern: string;
}

export const splitRulesSchema = v.object({
  by: v.picklist(['folders', 'ratio']),
  testFraction: v.pipe(v.number(), v.minValue(0), v.maxValue(0.5)),
  together: v.picklist(['auto', 'never', 'times', 'pattern']),
  pattern: v.pipe(v.string(), v.maxLength(200)),
}) satisfies v.GenericSchema<unknown, SplitRules>;

export const plainSplitRules: SplitRules = { by: 'folders', testFraction: 0, together: 'auto', pattern: '' };

export interface Grouping {
  /** Sample id to the name of its group; only where a group has two pictures or more. */
  readonly groups: ReadonlyMap<string, string>;
  /** What made the groups; null when there are none. */
  readonly by: 'times' | 'pattern' | null;
  readonly count: number;
  readonly largest: number;
  /** The pattern is no regular expression. */
  readonly isPatternBroken: boolean;
}

const noGroups: Grouping = { groups: new Map(), by: null, count: 0, largest: 0, isPatternBroken: false };

/** Pictures of a burst follow each other within so many seconds. */
const burstSeconds = 10;
/** From this share of dated pictures in bursts on, `auto` keeps bursts together. */
const burstsShowFrom = 0.1;
/** A group of more than this share of the pictures is no burst, but a clock that stands still. */
const largestBurst = 0.2;

/** Keeps groups of two or more. */
function collect(names: ReadonlyMap<string, string>, by: 'times' | 'pattern'): Grouping {
  const sizes = new Map<string, number>();
  for (const name of names.values()) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const groups = new Map([...names].filter(([, name]) => (sizes.get(name) ?? 0) > 1));
  const large = [...sizes.values()].filter((size) => size > 1);
  if (large.length === 0) return noGroups;
  return {
    groups,
    by,
    count: large.length,
    largest: large.reduce((most, size) => Math.max(most, size), 0),
    isPatternBroken: false,
  };
}

function groupByTimes(samples: readonly Sample[]): Grouping {
  const dated = samples
    .flatMap(({ id, takenAt }) => (takenAt === null ? [] : [{ id, seconds: Date.parse(`${takenAt}Z`) / 1000 }]))
    .filter(({ seconds }) => !Number.isNaN(seconds))
    .sort((a, b) => a.seconds - b.seconds);
  const names = new Map<string, string>();
  let last = -Infinity;
  let name = '';
  for (const { id, seconds } of dated) {
    if (seconds - last > burstSeconds) name = `taken ${String(seconds)}`;
    names.set(id, name);
    last = seconds;
  }
  return collect(names, 'times');
}

/** Finds the group's name in a path, '' for none. Null: the pattern cannot be read. */
type ReadGroup = ((path: string) => string) | null;

let lastRead: { readonly pattern: string; readonly read: ReadGroup } = { pattern: '', read: null };

/** By our own machine, whose time is bounded for any pattern; what was found is remembered while the pattern is the same. */
function readerOf(pattern: string): ReadGroup {
  if (lastRead.pattern !== pattern) lastRead = { pattern, read: createReader(pattern) };
  return lastRead.read;
}

function createReader(pattern: string): ReadGroup {
  const found = new Map<string, string>();
  try {
    const machine = createPatternMachine({ kind: 'group', name: 'whole', part: parseExpression(pattern.normalize('NFC')) });
    return (path) => {
      const known = found.get(path);
      if (known !== undefined) return known;
      const groups = machine.match(path.normalize('NFC'));
      const name = groups?.get('1') ?? groups?.get('whole') ?? '';
      found.set(path, name);
      return name;
    };
  } catch {
    return null;
  }
}

function groupByPattern(samples: readonly Sample[], pattern: string): Grouping {
  if (pattern === '') return noGroups;
  const read = readerOf(pattern);
  if (read === null) return { ...noGroups, isPatternBroken: true };
  const names = new Map<string, string>();
  for (const { id, path } of samples) {
    const found = read(path);
    if (found !== '') names.set(id, `named ${found}`);
  }
  return collect(names, 'pattern');
}

/** Which pictures belong together by the rules. */
export function groupPictures(samples: readonly Sample[], { together, pattern }: SplitRules): Grouping {
  if (together === 'never') return noGroups;
  if (together === 'pattern') return groupByPattern(samples, pattern);
  const found = groupByTimes(samples);
  if (together === 'times') return found;
  const dated = samples.filter(({ takenAt }) => takenAt !== null).length;
  return found.groups.size >= dated * burstsShowFrom && found.largest <= samples.length * largestBurst ? found : noGroups;
}

/** What `assignSplits` is to split: pins over folders over chance, groups whole. A recording is a group whatever the rules. */
export function candidatesOf(samples: readonly Sample[], { by }: SplitRules, { groups }: Grouping): SplitCandidate[] {
  return samples.map(({ id, className, folderSplit, pinnedSplit, recording }) => ({
    id,
    className,
    folderSplit: by === 'folders' ? folderSplit : null,
    pinnedSplit,
    group: recording === null ? (groups.get(id) ?? null) : `recorded ${recording}`,
  }));
}
