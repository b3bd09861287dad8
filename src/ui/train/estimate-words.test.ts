import { describe, expect, it } from 'vitest';
import { describeEstimate } from './estimate-words';

const estimate = { moving: null, total: 500, missing: 380, seconds: 39, smaller: null };

describe('the estimate in words', () => {
  it('says how long it takes and how many pictures are missing', () => {
    expect(describeEstimate(estimate, 0)).toBe('About 40 s: 380 of 500 pictures still have to go through VGG-16');
    expect(describeEstimate({ ...estimate, missing: 1 }, 0)).toBe('About 40 s: 1 of 500 pictures still has to go through VGG-16');
  });

  it('says that all is ready', () => {
    expect(describeEstimate({ ...estimate, missing: 0, seconds: 2.5 }, 0)).toBe(
      'Ready: all 500 pictures have gone through VGG-16; about 3 s',
    );
  });

  it('does not promise what cannot be read', () => {
    expect(describeEstimate({ ...estimate, missing: 3 }, 3)).toBe(
      '3 pictures could not be read: Train says which. The others have gone through VGG-16',
    );
  });

  it('says that pictures pass in every epoch, and what memory fine-tuning takes', () => {
    expect(describeEstimate({ ...estimate, seconds: 700, moving: { bytes: 740_000_000 } }, 0)).toBe(
      'About 12 min and 0.8 GB of memory: 500 pictures in every epoch',
    );
    expect(describeEstimate({ ...estimate, moving: { bytes: null } }, 0)).toBe('About 40 s: 500 pictures in every epoch');
  });
});
