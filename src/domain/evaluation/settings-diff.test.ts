import { describe, expect, it } from 'vitest';
import { createPreset } from '../presets';
import { usualAugmentation } from '../run-config';
import { diffSettings } from './settings-diff';

const config = createPreset('recommended', 0);

describe('settings of several runs', () => {
  it('differ in nothing where they are the same', () => {
    expect(diffSettings([config, { ...config }])).toEqual([]);
    expect(diffSettings([config])).toEqual([]);
  });

  it('are told where they differ, an absent one as off', () => {
    const other = { ...config, learningRate: 0.5, gradientClip: 3, augmentation: { ...usualAugmentation, crop: 0.1 } };
    expect(diffSettings([config, other])).toEqual([
      { field: 'learningRate', name: 'Learning rate', values: [String(config.learningRate), '0.5'] },
      { field: 'gradientClip', name: 'Gradient clipping', values: ['off', '3'] },
      {
        field: 'augmentation',
        name: 'Augmentation',
        values: [expect.any(String) as string, 'flip true, crop 0.1, colour 0.2, rotation 10, erase 0.25'],
      },
    ]);
  });
});
