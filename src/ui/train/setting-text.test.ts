import { describe, expect, it } from 'vitest';
import { createPreset } from '../../domain/presets';
import { findSettingProblem, parseSetting, writeSetting, type NumberSetting } from './setting-text';

const config = createPreset('recommended', 0);

describe('typed settings', () => {
  it('reads plain, decimal and scientific numbers', () => {
    expect(['1e-3', ' 0.5 ', '.5', '5.', '32', '-1', '1E2'].map((text) => parseSetting('learningRate', text))).toEqual([
      0.001, 0.5, 0.5, 5, 32, -1, 100,
    ]);
  });

  it('takes nothing else for a number', () => {
    for (const text of ['', '1e', 'abc', '1,5', '0x10', '1 2', 'Infinity', 'NaN', '-'])
      expect(parseSetting('learningRate', text)).toBeNaN();
  });

  it('reads an empty limit as all pictures', () => {
    expect(parseSetting('limitPerClass', ' ')).toBeNull();
    expect(findSettingProblem(config, 'limitPerClass', '')).toBeNull();
    expect(writeSetting(null)).toBe('');
  });

  it('says what is wrong with a text and nothing about a good one', () => {
    const problems: [NumberSetting, string][] = [
      ['epochs', '0'],
      ['epochs', '1.5'],
      ['learningRate', ''],
      ['batchSize', 'many'],
      ['valFraction', '0.9'],
      ['limitPerClass', '1'],
    ];
    for (const [field, text] of problems)
      expect(findSettingProblem(config, field, text), `${field} ${text}`).toMatch(/^Must be .*\.$/);
    for (const [field, text] of [
      ['epochs', '5'],
      ['learningRate', '1e-3'],
      ['seed', '0'],
    ] as const)
      expect(findSettingProblem(config, field, text)).toBeNull();
  });

  it('writes every number so that it reads the same', () => {
    for (const value of [0.001, 1e-7, 32, 0, 4294967295]) expect(parseSetting('learningRate', writeSetting(value))).toBe(value);
  });
});
