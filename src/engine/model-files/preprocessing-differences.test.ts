import { describe, expect, it } from 'vitest';
import { differencesOf, pageResampling, torchvisionScaling } from './preprocessing-differences';

const shipped = { mean: [0.48501961, 0.45795686, 0.40760392], std: [0.229, 0.224, 0.225] } as const;
const own = { scaling: shipped, fit: 'crop' } as const;

describe('differencesOf', () => {
  it('tells torchvision’s mean, which comes with its weights, and nothing else where the page crops too', () => {
    expect(differencesOf({ scaling: null, resize: null }, own)).toEqual([
      { kind: 'mean', own: shipped.mean, theirs: torchvisionScaling.mean },
    ]);
  });

  it('tells the fit only as long as the project’s is another', () => {
    const told = { scaling: shipped, resize: { fit: 'squash', resampling: pageResampling } } as const;
    expect(differencesOf(told, own)).toEqual([{ kind: 'fit', own: 'crop', theirs: 'squash' }]);
    expect(differencesOf(told, { ...own, fit: 'squash' })).toEqual([]);
  });

  it('tells another standard deviation and another way to make pictures smaller', () => {
    const told = { scaling: { ...shipped, std: [0.5, 0.5, 0.5] }, resize: { fit: 'crop', resampling: 'bicubic' } } as const;
    expect(differencesOf(told, own)).toEqual([
      { kind: 'std', own: shipped.std, theirs: [0.5, 0.5, 0.5] },
      { kind: 'resize', own: pageResampling, theirs: 'bicubic' },
    ]);
  });

  it('takes decimals for the same that are one float32', () => {
    const mean = shipped.mean.map(Math.fround) as [number, number, number];
    expect(differencesOf({ scaling: { ...shipped, mean }, resize: null }, own)).toEqual([]);
  });
});
