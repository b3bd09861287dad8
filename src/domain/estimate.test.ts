import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFeatureEstimate, estimateTraining, findSmallerRun, sumCounts, type SmallerRunQuestion } from './estimate';
import { estimateMovingRun } from './fine-tune-estimate';
import { createPreset } from './presets';
import { countFolders, countSplits, type SplitCandidate } from './split';

function folder(className: string, count: number, folderSplit: SplitCandidate['folderSplit'] = null): SplitCandidate[] {
  return Array.from({ length: count }, (_, at) => ({ id: `${className}-${String(at)}`, className, folderSplit }));
}

const noneHeld: ReadonlyMap<string, number> = new Map();
const usualPace = { secondsPerPicture: 0.2, secondsPerStep: 0.01 };

function takes(pace = usualPace, held = noneHeld) {
  return createFeatureEstimate({ epochs: 10, batchSize: 32 }, held, pace);
}

function ask(change: Partial<SmallerRunQuestion> = {}): SmallerRunQuestion {
  return {
    folders: countFolders([...folder('cat', 1000), ...folder('dog', 1000)]),
    settings: { valFraction: 0.2, limitPerClass: null },
    secondsWith: takes(),
    seconds: 405,
    ...change,
  };
}

describe('what training takes', () => {
  it('is its steps, a validation after each epoch, and the evaluation at the end', () => {
    const counts = { train: 320, val: 64, test: 32 };
    expect(estimateTraining(counts, { epochs: 1, batchSize: 32 }, 1)).toBe(10 + 2 + 3);
    expect(estimateTraining(counts, { epochs: 5, batchSize: 32 }, 1)).toBe(5 * 12 + 3);
    expect(estimateTraining(counts, { epochs: 1, batchSize: 16 }, 1)).toBe(20 + 2 + 3);
    expect(estimateTraining(counts, { epochs: 1, batchSize: 64 }, 1)).toBe(10 + 2 + 3);
  });
});

describe('a smaller run', () => {
  it('is not sought for less than two minutes', () => {
    expect(findSmallerRun(ask({ seconds: 120 }))).toBeNull();
    expect(findSmallerRun(ask({ seconds: 121 }))).not.toBeNull();
  });

  it('takes at most a minute, with a round number a class', () => {
    // 140 a class are 280 pictures in 56 s, and 10 epochs of 7 steps and 2 of validation in 0.9 s; 150 would take more than a minute.
    const offer = findSmallerRun(ask());
    expect(offer?.limitPerClass).toBe(140);
    expect(offer?.seconds).toBeCloseTo(56 + 0.92, 6);
  });

  it('counts what is held already, which a limit keeps first', () => {
    const held = new Map([
      ['cat', 100],
      ['dog', 100],
    ]);
    expect(findSmallerRun(ask({ secondsWith: takes(usualPace, held) }))?.limitPerClass).toBe(200);
  });

  it('is 20 a class where even those take more than a minute, and nothing where that saves little', () => {
    const secondsWith = takes({ secondsPerPicture: 3, secondsPerStep: 0.01 });
    const offer = findSmallerRun(ask({ secondsWith, seconds: 6000 }));
    expect(offer?.limitPerClass).toBe(20);
    expect(offer?.seconds).toBeCloseTo(120.21, 6);
    const few = countFolders([...folder('cat', 22), ...folder('dog', 22)]);
    expect(findSmallerRun(ask({ folders: few, secondsWith, seconds: 132 }))).toBeNull();
  });

  it('is found for fine-tuning too, by what an epoch of moving convolutions takes', () => {
    const settings = createPreset('recommended', 0, 'fine-tune');
    const secondsWith: SmallerRunQuestion['secondsWith'] = (counts) =>
      estimateMovingRun(sumCounts(counts.values()), settings, usualPace);
    const folders = countFolders([...folder('cat', 500), ...folder('dog', 500)]);
    const seconds = secondsWith(countSplits(folders, settings));
    const offer = findSmallerRun({ folders, settings, secondsWith, seconds });
    expect(seconds).toBeGreaterThan(300);
    expect(offer?.limitPerClass).toBeGreaterThanOrEqual(20);
    expect(offer?.limitPerClass).toBeLessThan(200);
    expect(offer?.seconds).toBeLessThanOrEqual(60);
  });

  it('is below the limit in force', () => {
    const settings = { ...ask().settings, limitPerClass: 20 };
    const secondsWith = takes({ secondsPerPicture: 4, secondsPerStep: 0 });
    expect(findSmallerRun(ask({ settings, secondsWith, seconds: 160 }))).toBeNull();
  });

  it('never is an offer that saves nothing', () => {
    const sizes = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 400 })), {
      selector: ([name]) => name,
      minLength: 1,
    });
    fc.assert(
      fc.property(
        sizes,
        fc.option(fc.integer({ min: 2, max: 300 })),
        fc.double({ min: 0.001, max: 5, noNaN: true }),
        (classes, limitPerClass, secondsPerPicture) => {
          const folders = countFolders(classes.flatMap(([name, count]) => folder(name, count)));
          const settings = { ...ask().settings, limitPerClass };
          const secondsWith = takes({ secondsPerPicture, secondsPerStep: 0.01 });
          const pictures = (limit: number | null) =>
            [...countSplits(folders, { ...settings, limitPerClass: limit }).values()].reduce(
              (total, { train, val, test }) => total + train + val + test,
              0,
            );
          const seconds = pictures(limitPerClass) * secondsPerPicture;
          const offer = findSmallerRun(ask({ folders, settings, secondsWith, seconds }));
          if (offer === null) return;
          expect(seconds).toBeGreaterThan(120);
          expect(offer.limitPerClass).toBeGreaterThanOrEqual(20);
          expect(pictures(offer.limitPerClass)).toBeLessThan(pictures(limitPerClass));
          expect(offer.seconds).toBeLessThanOrEqual(offer.limitPerClass === 20 ? seconds * 0.75 : 60);
        },
      ),
    );
  });
});
