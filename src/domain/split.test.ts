import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Split } from './dataset';
import { createRng } from './rng';
import {
  assignSplits,
  countFolders,
  countSplits,
  limitPerClass,
  orderForLimits,
  type SplitAssignment,
  type SplitCandidate,
  type SplitSettings,
} from './split';

const seeded: SplitSettings = { valFraction: 0.2, seed: 0, limitPerClass: null };

type Labelled = SplitCandidate & { readonly className: string };

function create(className: string, count: number, folderSplit: Split | null = null): Labelled[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `${className}-${String(folderSplit)}-${String(at)}`,
    className,
    folderSplit,
  }));
}

function count(samples: readonly Labelled[], { assignments }: SplitAssignment, className?: string): Record<Split, number> {
  const counts = { train: 0, val: 0, test: 0 };
  for (const sample of samples) {
    const split = assignments.get(sample.id);
    if (split !== undefined && (className === undefined || className === sample.className)) counts[split]++;
  }
  return counts;
}

function idsIn({ assignments }: SplitAssignment, split: Split): string[] {
  return [...assignments].filter(([, own]) => own === split).map(([id]) => id);
}

const arbitrarySamples = fc.uniqueArray(
  fc.record<Labelled>({
    id: fc.string({ minLength: 1, maxLength: 6 }),
    className: fc.constantFrom('cat', 'dog', 'naïve', '猫'),
    folderSplit: fc.constantFrom<(Split | null)[]>(null, null, 'train', 'val', 'test'),
  }),
  { selector: ({ id }) => id, maxLength: 60 },
);
/** As above with no val folder. */
const withoutVal = arbitrarySamples.map((samples) => samples.filter(({ folderSplit }) => folderSplit !== 'val'));
const arbitrarySettings = fc.record<SplitSettings>({
  valFraction: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  limitPerClass: fc.option(fc.integer({ min: 2, max: 30 })),
});

describe('splits by folder', () => {
  test('are kept when the folders give train, val and test', () => {
    const samples = [...create('cat', 10, 'train'), ...create('cat', 3, 'val'), ...create('cat', 2, 'test')];
    expect(count(samples, assignSplits(samples, seeded))).toEqual({ train: 10, val: 3, test: 2 });
  });

  test('with a val folder anywhere, samples without a split train', () => {
    const samples = [...create('cat', 5, 'val'), ...create('cat', 5), ...create('dog', 20, 'train')];
    const assigned = assignSplits(samples, seeded);
    expect(count(samples, assigned, 'cat')).toEqual({ train: 5, val: 5, test: 0 });
    expect(count(samples, assigned, 'dog')).toEqual({ train: 20, val: 0, test: 0 });
  });

  test('with train and test folders only, val is drawn from train and never from test', () => {
    const samples = [...create('cat', 50, 'train'), ...create('cat', 30, 'test')];
    const assigned = assignSplits(samples, seeded);
    expect(count(samples, assigned)).toEqual({ train: 40, val: 10, test: 30 });
    expect(idsIn(assigned, 'val').every((id) => id.startsWith('cat-train'))).toBe(true);
  });

  test('a limit counts train and val together in their proportion, and test shrinks alike', () => {
    const samples = [
      ...create('cat', 80, 'train'),
      ...create('cat', 20, 'val'),
      ...create('cat', 40, 'test'),
      ...create('dog', 9, 'train'),
    ];
    const assigned = assignSplits(samples, { ...seeded, limitPerClass: 50 });
    expect(count(samples, assigned, 'cat')).toEqual({ train: 40, val: 10, test: 20 });
    expect(count(samples, assigned, 'dog')).toEqual({ train: 9, val: 0, test: 0 });
    expect(assigned.leftOut).toHaveLength(70);
  });

  test('a small limit keeps at least one picture to train and one to validate with', () => {
    const samples = [
      ...create('cat', 1000, 'train'),
      ...create('cat', 1, 'val'),
      ...create('dog', 1, 'train'),
      ...create('dog', 1000, 'val'),
    ];
    const assigned = assignSplits(samples, { ...seeded, limitPerClass: 3 });
    expect(count(samples, assigned, 'cat')).toEqual({ train: 2, val: 1, test: 0 });
    expect(count(samples, assigned, 'dog')).toEqual({ train: 1, val: 2, test: 0 });
  });
});

describe('splits by seed', () => {
  test.each([
    [1, 1, 0],
    [2, 1, 1],
    [3, 2, 1],
    [8, 6, 2],
    [100, 80, 20],
  ])('of %i pictures %i train and %i validate', (total, train, val) => {
    const samples = create('cat', total);
    expect(count(samples, assignSplits(samples, seeded))).toEqual({ train, val, test: 0 });
  });

  test('the note’s recipe gives 900 to train and 100 to validate of 12,500 cats and dogs', () => {
    const samples = [...create('cat', 12_500), ...create('dog', 12_500)];
    const assigned = assignSplits(samples, { valFraction: 0.1, seed: 1, limitPerClass: 500 });
    expect(count(samples, assigned)).toEqual({ train: 900, val: 100, test: 0 });
    expect(assigned.leftOut).toHaveLength(24_000);
  });

  test('another seed gives another choice, and each picture validates about as often as it should', () => {
    const samples = create('cat', 50);
    const times = new Map<string, number>();
    for (let seed = 0; seed < 1000; seed++) {
      for (const id of idsIn(assignSplits(samples, { ...seeded, seed }), 'val')) times.set(id, (times.get(id) ?? 0) + 1);
    }
    expect(times.size).toBe(50);
    // 200 of 1,000 with a standard deviation of 12.6; five of those either way.
    for (const often of times.values()) expect(Math.abs(often - 200)).toBeLessThan(64);
  });

  test('the choice of a seed is pinned, so that a kept project splits alike in every version', () => {
    expect(idsIn(assignSplits(create('cat', 20), seeded), 'val')).toEqual([
      'cat-null-0',
      'cat-null-10',
      'cat-null-15',
      'cat-null-3',
    ]);
  });
});

describe('laws of every split', () => {
  test('each sample is in one split or left out, and folder splits are never crossed', () => {
    fc.assert(
      fc.property(arbitrarySamples, arbitrarySettings, (samples, settings) => {
        const { assignments, leftOut } = assignSplits(samples, settings);
        expect([...assignments.keys(), ...leftOut].sort()).toEqual(samples.map(({ id }) => id).sort());
        const foldersGiveVal = samples.some(({ folderSplit }) => folderSplit === 'val');
        for (const { id, folderSplit } of samples) {
          const split = assignments.get(id);
          if (split === undefined) continue;
          if (folderSplit === 'val' || folderSplit === 'test') expect(split).toBe(folderSplit);
          else if (foldersGiveVal) expect(split).toBe('train');
          else expect(['train', 'val']).toContain(split);
        }
      }),
    );
  });

  test('the order of the input does not matter', () => {
    fc.assert(
      fc.property(arbitrarySamples, arbitrarySettings, fc.nat(), (samples, settings, shuffleSeed) => {
        const other = createRng(shuffleSeed).shuffle(samples);
        const [one, two] = [assignSplits(samples, settings), assignSplits(other, settings)];
        expect([...two.assignments]).toEqual([...one.assignments]);
        expect(two.leftOut).toEqual(one.leftOut);
      }),
    );
  });

  test('a limit is kept in every class, leaves nothing out needlessly and takes no whole split away', () => {
    fc.assert(
      fc.property(arbitrarySamples, arbitrarySettings, (samples, settings) => {
        const limit = settings.limitPerClass ?? Infinity;
        const assigned = assignSplits(samples, settings);
        for (const className of new Set(samples.map((sample) => sample.className))) {
          const own = samples.filter((sample) => sample.className === className);
          const learning = own.filter(({ folderSplit }) => folderSplit !== 'test').length;
          const { train, val, test: tested } = count(samples, assigned, className);
          expect(train + val).toBe(Math.min(limit, learning));
          for (const part of ['train', 'val', 'test'] as const) {
            const before = own.filter(({ folderSplit }) => folderSplit === part).length;
            if (before > 0) expect({ train, val, test: tested }[part]).toBeGreaterThan(0);
          }
        }
      }),
    );
  });

  test('each class of two or more has at least one picture in train and in val where the seed decides', () => {
    fc.assert(
      fc.property(withoutVal, arbitrarySettings, (samples, settings) => {
        const assigned = assignSplits(samples, settings);
        for (const className of new Set(samples.map((sample) => sample.className))) {
          const { train, val } = count(samples, assigned, className);
          if (train + val < 2) expect(val).toBe(0);
          else {
            expect(train).toBeGreaterThan(0);
            expect(val).toBe(Math.min(train + val - 1, Math.max(1, Math.round((train + val) * settings.valFraction))));
          }
        }
      }),
    );
  });

  test('without a limit, a new picture moves at most one other, and only of its class', () => {
    fc.assert(
      fc.property(withoutVal, arbitrarySettings, fc.constantFrom('cat', 'new'), (samples, settings, className) => {
        const unlimited = { ...settings, limitPerClass: null };
        const before = assignSplits(samples, unlimited).assignments;
        const after = assignSplits([...samples, { id: 'longer than all', className, folderSplit: null }], unlimited).assignments;
        const moved = samples.filter(({ id }) => before.get(id) !== after.get(id));
        expect(moved.length).toBeLessThanOrEqual(1);
        for (const sample of moved) expect(sample.className).toBe(className);
      }),
    );
  });

  test('renaming a class or adding another one moves nothing', () => {
    fc.assert(
      fc.property(withoutVal, arbitrarySettings, (samples, settings) => {
        const before = assignSplits(samples, settings).assignments;
        const renamed = samples.map((sample) => (sample.className === 'cat' ? { ...sample, className: 'tom' } : sample));
        const after = assignSplits([...renamed, ...create('another class', 9)], settings).assignments;
        for (const { id } of samples) expect(after.get(id)).toBe(before.get(id));
      }),
    );
  });

  test('a larger limit keeps what a smaller one kept', () => {
    fc.assert(
      fc.property(withoutVal, arbitrarySettings, fc.integer({ min: 2, max: 20 }), (samples, settings, limit) => {
        const small = assignSplits(samples, { ...settings, limitPerClass: limit });
        const large = new Set(assignSplits(samples, { ...settings, limitPerClass: limit + 3 }).leftOut);
        expect([...large].every((id) => small.leftOut.includes(id))).toBe(true);
      }),
    );
  });
});

describe('the order in which features are extracted', () => {
  const classSizes = (samples: readonly Labelled[], ids: readonly string[]): Map<string, number> => {
    const classes = new Map(samples.map(({ id, className }) => [id, className]));
    const sizes = new Map(samples.map(({ className }) => [className, 0]));
    for (const id of ids) sizes.set(classes.get(id) ?? '', (sizes.get(classes.get(id) ?? '') ?? 0) + 1);
    return sizes;
  };

  test('holds every sample once and stands balanced wherever it is cut', () => {
    fc.assert(
      fc.property(arbitrarySamples, fc.nat(), fc.nat(60), (samples, seed, cut) => {
        const ids = orderForLimits(samples, seed);
        expect([...ids].sort()).toEqual(samples.map(({ id }) => id).sort());
        const whole = classSizes(samples, ids);
        const front = classSizes(samples, ids.slice(0, cut));
        const largest = Math.max(0, ...front.values());
        // A class stands behind the largest by one at most, unless it has no more.
        for (const [className, size] of front)
          expect(size).toBeGreaterThanOrEqual(Math.min(whole.get(className) ?? 0, largest - 1));
      }),
    );
  });

  test('has what any limit keeps of a class at the front of that class', () => {
    fc.assert(
      fc.property(arbitrarySamples, arbitrarySettings, fc.integer({ min: 2, max: 30 }), (samples, settings, limit) => {
        const { assignments } = assignSplits(samples, { ...settings, limitPerClass: limit });
        const ids = orderForLimits(samples, settings.seed);
        for (const className of new Set(samples.map((sample) => sample.className))) {
          const own = new Set(samples.filter((sample) => sample.className === className).map(({ id }) => id));
          const ordered = ids.filter((id) => own.has(id));
          const kept = ordered.filter((id) => assignments.has(id));
          expect(ordered.slice(0, kept.length)).toEqual(kept);
        }
      }),
    );
  });

  test('does not depend on the order within the classes of the input', () => {
    const samples = [...create('cat', 20), ...create('dog', 20)];
    const backwards = [...create('cat', 20).reverse(), ...create('dog', 20).reverse()];
    expect(orderForLimits(backwards, 3)).toEqual(orderForLimits(samples, 3));
  });
});

describe('counting without choosing', () => {
  test('gives what the choice gives, class by class', () => {
    fc.assert(
      fc.property(arbitrarySamples, arbitrarySettings, (samples, settings) => {
        const assigned = assignSplits(samples, settings);
        const counted = countSplits(countFolders(samples), settings);
        for (const className of new Set(samples.map((sample) => sample.className)))
          expect(counted.get(className)).toEqual(count(samples, assigned, className));
      }),
    );
  });
});

describe('a limit by itself', () => {
  test('keeps so many of each class and tells the rest; without a limit all are kept', () => {
    const samples = [...create('cat', 10, 'train'), ...create('dog', 3)];
    const { kept, leftOut } = limitPerClass(samples, 4, 0);
    expect(kept.filter(({ className }) => className === 'cat')).toHaveLength(4);
    expect(kept.filter(({ className }) => className === 'dog')).toHaveLength(3);
    expect(new Set([...kept, ...leftOut])).toEqual(new Set(samples));
    expect(limitPerClass(samples, null, 0)).toEqual({ kept: samples, leftOut: [] });
  });
});
