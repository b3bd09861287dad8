import { describe, expect, it } from 'vitest';
import { countUnfrozenParameters, estimateFineTuneBytes, estimateMovingRun } from './fine-tune-estimate';
import { createPreset } from './presets';
import { usualAugmentation } from './run-config';

const counts = { train: 100, val: 20, test: 10 };
const pace = { secondsPerPicture: 1, secondsPerStep: 0 };
const tuned = { ...createPreset('recommended', 0, 'fine-tune'), epochs: 4, headWarmupEpochs: 0 };
const frozen = { ...createPreset('recommended', 0, 'frozen'), epochs: 4, augmentation: usualAugmentation };

describe('what a run takes whose pictures pass in every epoch', () => {
  it('counts each picture of each epoch for frozen features under augmentation, held-out ones once unless they are held', () => {
    expect(estimateMovingRun(counts, frozen, pace)).toBe(4 * 100 + 30);
    expect(estimateMovingRun(counts, frozen, pace, 30)).toBe(4 * 100);
    expect(estimateMovingRun(counts, { ...frozen, augmentation: null }, pace)).toBe(100 + 30);
  });

  it('is three passes a training picture where everything moves, less the gradient of the pixels, and one a check', () => {
    const all = estimateMovingRun(counts, { ...tuned, unfreeze: 'all' }, pace);
    const checks = 4 * 20 + 30;
    expect(all).toBeGreaterThan(4 * 100 * 2.99 + checks);
    expect(all).toBeLessThan(4 * 100 * 3 + checks);
  });

  it('computes what is frozen once, or in every epoch under augmentation', () => {
    // Block 5 is 9 % of the network's multiplications.
    const held = estimateMovingRun(counts, tuned, pace);
    const block5 = 0.0904;
    expect(held).toBeCloseTo(130 * (1 - block5) + 4 * 100 * block5 * (3 - 1 / 3) + (4 * 20 + 30) * block5, 0);
    const augmented = estimateMovingRun(counts, { ...tuned, augmentation: usualAugmentation }, pace);
    expect(augmented - held).toBeCloseTo(3 * 100 * (1 - block5), 0);
  });

  it('is less with a warm-up of the head, and more the more moves', () => {
    expect(estimateMovingRun(counts, { ...tuned, headWarmupEpochs: 1 }, pace)).toBeLessThan(
      estimateMovingRun(counts, tuned, pace),
    );
    let former = 0;
    for (let unfreeze = 1; unfreeze <= 13; unfreeze++) {
      const seconds = estimateMovingRun(counts, { ...tuned, unfreeze }, pace);
      expect(seconds).toBeGreaterThan(former);
      former = seconds;
    }
  });
});

describe('the parameters that move', () => {
  it('are VGG-16’s own numbers', () => {
    expect([0, 1, 3, 13].map(countUnfrozenParameters)).toEqual([0, 2_359_808, 7_079_424, 14_714_688]);
  });
});

describe('the memory of fine-tuning', () => {
  it('grows with the batch, with the pictures whose maps are held, and with the optimizer', () => {
    const bytes = estimateFineTuneBytes(1000, tuned);
    expect(estimateFineTuneBytes(2000, tuned)).toBeGreaterThan(bytes);
    expect(estimateFineTuneBytes(1000, { ...tuned, batchSize: 64 })).toBeGreaterThan(bytes);
    expect(estimateFineTuneBytes(1000, { ...tuned, optimizer: 'sgd' })).toBeLessThan(bytes);
  });

  it('holds no maps where nothing is frozen or chance changes the pictures', () => {
    for (const change of [{ unfreeze: 'all' }, { augmentation: usualAugmentation }] as const) {
      const settings = { ...tuned, ...change };
      expect(estimateFineTuneBytes(1000, settings)).toBe(estimateFineTuneBytes(10, settings));
    }
    expect(estimateFineTuneBytes(10, frozen)).toBe(0);
  });
});
