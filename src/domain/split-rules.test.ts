import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSample, type Sample, type Split } from './dataset';
import { assignSplits, countFolders, countSplits, type SplitCandidate, type SplitSettings } from './split';
import { candidatesOf, groupPictures, plainSplitRules, type SplitRules } from './split-rules';

function sample(id: string, more: Partial<Sample> = {}): Sample {
  const place = { name: `${id}.jpg`, path: `cat/${id}.jpg`, className: 'cat', folderSplit: null };
  return { ...plainSample, ...place, id, width: 9, height: 9, bytes: 1, ...more };
}

const at = (seconds: number): Partial<Sample> => ({ takenAt: new Date(seconds * 1000).toISOString().slice(0, 19) });
const rules = (change: Partial<SplitRules>): SplitRules => ({ ...plainSplitRules, ...change });

describe('pictures that belong together', () => {
  it('are those taken within 10 s of the one before, however long that goes on', () => {
    const samples = [0, 10, 20, 31, 100].map((seconds) => sample(String(seconds), at(seconds)));
    const { groups, by, count, largest } = groupPictures(samples, rules({ together: 'times' }));
    expect([...groups.keys()]).toEqual(['0', '10', '20']);
    expect(new Set(groups.values()).size).toBe(1);
    expect({ by, count, largest }).toEqual({ by: 'times', count: 1, largest: 3 });
  });

  it('are found by themselves where bursts show, and not where a clock stands still or there are none', () => {
    const bursts = Array.from({ length: 30 }, (_, index) =>
      sample(String(index), at(Math.floor(index / 3) * 1000 + (index % 3))),
    );
    expect(groupPictures(bursts, plainSplitRules)).toMatchObject({ by: 'times', count: 10, largest: 3 });
    const alone = bursts.map((each, index) => ({ ...each, ...at(index * 1000) }));
    expect(groupPictures(alone, plainSplitRules).by).toBeNull();
    const stopped = bursts.map((each) => ({ ...each, ...at(5) }));
    expect(groupPictures(stopped, plainSplitRules).by).toBeNull();
    expect(groupPictures(bursts, rules({ together: 'never' })).by).toBeNull();
  });

  it('are those whose names have the same piece, where a pattern is given', () => {
    const samples = ['anna_1', 'anna_2', 'ben_1', 'none'].map((id) => sample(id));
    const { groups, by } = groupPictures(samples, rules({ together: 'pattern', pattern: '/([a-z]+)_' }));
    expect([...groups]).toEqual([
      ['anna_1', 'named anna'],
      ['anna_2', 'named anna'],
    ]);
    expect(by).toBe('pattern');
  });

  it('take bounded time, whatever the pattern', () => {
    // A backtracking matcher would try 2^40 ways.
    const found = groupPictures([sample('a'.repeat(40)), sample('b')], rules({ together: 'pattern', pattern: '^cat/(a+)+$' }));
    expect(found.groups.size).toBe(0);
  });

  it('are none where the pattern is not one, which is told', () => {
    expect(groupPictures([sample('a')], rules({ together: 'pattern', pattern: '([a-z' }))).toMatchObject({
      by: null,
      isPatternBroken: true,
    });
  });
});

const arbitrary = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 6 }),
      className: fc.constantFrom('cat', 'dog', 'fox', null),
      folderSplit: fc.constantFrom<(Split | null)[]>(null, null, 'train', 'val', 'test'),
      pinnedSplit: fc.constantFrom<(Split | null)[]>(null, null, null, null, 'train', 'val', 'test'),
      group: fc.constantFrom(null, null, 'a', 'b', 'c', 'd', 'e', 'f'),
    }),
    { selector: ({ id }) => id, maxLength: 80 },
  )
  .map((samples): SplitCandidate[] => samples);
const arbitrarySettings = fc.record<SplitSettings>({
  valFraction: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
  testFraction: fc.constantFrom(0, 0, 0.1, 0.3),
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  limitPerClass: fc.option(fc.integer({ min: 2, max: 30 })),
});
const byRatio = arbitrary.map((samples) => samples.map((each) => ({ ...each, folderSplit: null })));
const withoutPins = byRatio.map((samples) => samples.map((each) => ({ ...each, pinnedSplit: null })));

describe('the split', () => {
  it('gives every picture with a label one split, or leaves it out, and the unlabelled none', () => {
    fc.assert(
      fc.property(arbitrary, arbitrarySettings, (samples, settings) => {
        const { assignments, leftOut } = assignSplits(samples, settings);
        const placed = [...assignments.keys(), ...leftOut];
        const labelled = samples.filter(({ className }) => className !== null).map(({ id }) => id);
        expect(placed.toSorted()).toEqual(labelled.toSorted());
      }),
    );
  });

  it('keeps every pin', () => {
    fc.assert(
      fc.property(arbitrary, arbitrarySettings, (samples, settings) => {
        const { assignments } = assignSplits(samples, settings);
        for (const { id, pinnedSplit } of samples)
          if (typeof pinnedSplit === 'string' && assignments.has(id)) expect(assignments.get(id)).toBe(pinnedSplit);
      }),
    );
  });

  it('never lets a group span two splits where folders and pins leave it free', () => {
    fc.assert(
      fc.property(withoutPins, arbitrarySettings, (samples, settings) => {
        const { assignments } = assignSplits(samples, settings);
        const splits = new Map<string, Set<Split>>();
        for (const { id, group } of samples) {
          const split = assignments.get(id);
          if (typeof group === 'string' && split !== undefined)
            splits.set(group, (splits.get(group) ?? new Set<Split>()).add(split));
        }
        for (const own of splits.values()) expect(own.size).toBe(1);
      }),
    );
  });

  it('takes a whole group along with the one picture of it that is pinned', () => {
    fc.assert(
      fc.property(
        withoutPins,
        arbitrarySettings,
        fc.constantFrom<Split[]>('train', 'val', 'test'),
        (samples, settings, split) => {
          const first = samples.find(({ group, className }) => group === 'a' && className !== null);
          const pinned = samples.map((each) => (each === first ? { ...each, pinnedSplit: split } : each));
          const { assignments } = assignSplits(pinned, settings);
          for (const { id, group } of pinned) if (group === 'a' && assignments.has(id)) expect(assignments.get(id)).toBe(split);
        },
      ),
    );
  });

  it('keeps the strata: without groups each class has its share, with groups one group more or less', () => {
    fc.assert(
      fc.property(withoutPins, arbitrarySettings, (samples, settings) => {
        const alone = samples.map((each) => ({ ...each, group: null }));
        const { assignments } = assignSplits(alone, settings);
        const counted = countSplits(countFolders(alone), settings);
        for (const [className, counts] of counted) {
          const own = { train: 0, val: 0, test: 0 };
          for (const each of alone) {
            const split = assignments.get(each.id);
            if (each.className === className && split !== undefined) own[split] += 1;
          }
          expect(own).toEqual(counts);
        }
      }),
    );
    const grouped = Array.from({ length: 600 }, (_, index): SplitCandidate => ({
      id: String(index),
      className: index % 3 === 0 ? 'cat' : 'dog',
      folderSplit: null,
      group: `burst ${String(index % 3)} ${String(Math.floor(index / 15))}`,
    }));
    for (let seed = 0; seed < 20; seed += 1) {
      const { assignments } = assignSplits(grouped, { valFraction: 0.2, testFraction: 0.1, seed, limitPerClass: null });
      for (const className of ['cat', 'dog']) {
        const own = grouped.filter((each) => each.className === className);
        const share = (split: Split) => own.filter(({ id }) => assignments.get(id) === split).length / own.length;
        expect(Math.abs(share('val') - 0.2)).toBeLessThan(0.04);
        expect(Math.abs(share('test') - 0.1)).toBeLessThan(0.04);
      }
    }
  });

  it('does not depend on the order of the pictures', () => {
    fc.assert(
      fc.property(arbitrary, arbitrarySettings, (samples, settings) => {
        // A pin of one among several of a group is taken from the first; their order may tell.
        const free = samples.map((each) => ({ ...each, group: each.pinnedSplit === null ? (each.group ?? null) : null }));
        expect(assignSplits(free.toReversed(), settings)).toEqual(assignSplits(free, settings));
      }),
    );
  });

  it('is stable: a new picture moves at most two others, and without a test share one', () => {
    fc.assert(
      fc.property(withoutPins, arbitrarySettings, (samples, settings) => {
        const alone = samples.map((each) => ({ ...each, group: null }));
        const free = { ...settings, limitPerClass: null };
        const before = assignSplits(alone, free).assignments;
        const more = [...alone, { id: 'a newcomer', className: 'cat', folderSplit: null, group: null }];
        const after = assignSplits(more, free).assignments;
        const moved = alone.filter(({ id }) => before.get(id) !== after.get(id));
        expect(moved.length).toBeLessThanOrEqual(settings.testFraction === 0 ? 1 : 2);
      }),
    );
  });

  it('leaves something to train from in every class of two or more', () => {
    fc.assert(
      fc.property(withoutPins, arbitrarySettings, (samples, settings) => {
        const alone = samples.map((each) => ({ ...each, group: null }));
        const { assignments } = assignSplits(alone, settings);
        for (const className of ['cat', 'dog', 'fox']) {
          const own = alone.filter((each) => each.className === className && assignments.has(each.id));
          if (own.length > 1) expect(own.some(({ id }) => assignments.get(id) === 'train')).toBe(true);
        }
      }),
    );
  });

  it('by ratio takes no notice of the folders, by folders keeps them under the pins', () => {
    const samples = [
      ...Array.from({ length: 10 }, (_, index) => sample(`t${String(index)}`, { folderSplit: 'train' })),
      sample('v', { folderSplit: 'val' }),
      sample('p', { folderSplit: 'val', pinnedSplit: 'train' }),
    ];
    const settings = { valFraction: 0.5, seed: 0, limitPerClass: null };
    const grouping = groupPictures(samples, plainSplitRules);
    const kept = assignSplits(candidatesOf(samples, plainSplitRules, grouping), settings).assignments;
    expect([...kept].filter(([, split]) => split === 'val').map(([id]) => id)).toEqual(['v']);
    const drawn = assignSplits(candidatesOf(samples, rules({ by: 'ratio' }), grouping), settings).assignments;
    expect([...drawn].filter(([, split]) => split === 'val')).toHaveLength(6);
    expect(drawn.get('p')).toBe('train');
  });

  it('keeps each recording of the camera in one split, whatever the rules say', () => {
    const samples = Array.from({ length: 60 }, (_, index) =>
      sample(String(index), { recording: `r${String(Math.floor(index / 10))}` }),
    );
    for (const together of ['auto', 'never', 'times', 'pattern'] as const) {
      const chosen = rules({ together, by: 'ratio', testFraction: 0.2 });
      const candidates = candidatesOf(samples, chosen, groupPictures(samples, chosen));
      for (let seed = 0; seed < 10; seed += 1) {
        const settings = { valFraction: 0.2, seed, limitPerClass: null, testFraction: 0.2 };
        const { assignments } = assignSplits(candidates, settings);
        const splitsOf = new Map<string, Set<Split | undefined>>();
        for (const { id, recording } of samples) {
          const key = recording ?? '';
          splitsOf.set(key, (splitsOf.get(key) ?? new Set()).add(assignments.get(id)));
        }
        expect([...splitsOf.values()].map(({ size }) => size)).toEqual(Array.from({ length: 6 }, () => 1));
        expect(new Set(assignments.values())).toEqual(new Set(['train', 'val', 'test']));
      }
    }
  });
});
