import { describe, expect, it } from 'vitest';
import { compareLogits, judge } from './compare-logits';

describe('the comparison of logits', () => {
  it('measures in the rms of all known logits, and counts other answers', () => {
    const known = new Map([
      ['a.jpg', [3, -4]],
      ['b.jpg', [-3, 4]],
    ]);
    const other = new Map([
      ['a.jpg', [3.5, -4]],
      ['b.jpg', [4, 3]],
    ]);
    expect(compareLogits(known, known)).toEqual({ largest: 0, changed: 0 });
    expect(compareLogits(known, other)).toEqual({ largest: 7 / Math.sqrt(12.5), changed: 1 });
  });

  it('finds a photo without an answer, and one whose answer is no number, beyond every bound', () => {
    const known = new Map([['a.jpg', [3, -4]]]);
    for (const other of [new Map(), new Map([['a.jpg', [3]]]), new Map([['a.jpg', [3, NaN]]])]) {
      const { largest } = compareLogits(known, other);
      expect(largest).toBeNaN();
      expect(judge({ precision: 'float16', samePixels: 0, fromFiles: largest })).toContain('from files NaN');
    }
  });

  it('fails float32 beyond 1e-4 of the rms, float16 beyond 1e-2', () => {
    expect(judge({ precision: 'float32', samePixels: 1e-4, fromFiles: null })).toBeNull();
    expect(judge({ precision: 'float32', samePixels: 1.1e-4, fromFiles: 0 })).toContain('same pixels 0.00011');
    expect(judge({ precision: 'float16', samePixels: 9e-3, fromFiles: 2e-2 })).toContain('from files 0.02');
    expect(judge({ precision: 'float32', samePixels: NaN, fromFiles: null })).toContain('NaN');
  });
});
