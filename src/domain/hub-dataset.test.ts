import { describe, expect, it } from 'vitest';
import { estimateHubBytes, hubSplit, parseHubName, proposeLabel, type HubConfig } from './hub-dataset';

describe('parseHubName', () => {
  it.each([
    ['owner/name', 'owner/name'],
    ['  owner/na.me-2_x ', 'owner/na.me-2_x'],
    ['mnist', 'mnist'],
    ['hf:owner/name', 'owner/name'],
    ['hf://datasets/owner/name', 'owner/name'],
    ['https://huggingface.co/datasets/owner/name', 'owner/name'],
    ['https://huggingface.co/datasets/owner/name/viewer/default/train?p=1#row', 'owner/name'],
    ['huggingface.co/datasets/owner/name/', 'owner/name'],
    ['https://hf.co/datasets/mnist/viewer', 'mnist'],
    ['datasets/owner/name', 'owner/name'],
  ])('reads %s as %s', (text, name) => {
    expect(parseHubName(text)).toBe(name);
  });

  it.each([
    '',
    'a b/c',
    'a/b/c',
    '../etc',
    'https://example.org/datasets/a/b',
    'https://huggingface.co/owner/model',
    'a//b',
    '?x',
  ])('takes “%s” for no name', (text) => {
    expect(parseHubName(text)).toBeNull();
  });
});

const column = (name: string, classNames: readonly string[] | null = null) => ({ name, classNames });
const config = (...labelColumns: readonly ReturnType<typeof column>[]): HubConfig => ({
  name: 'default',
  imageColumns: ['image'],
  labelColumns,
  splits: [
    { name: 'train', rows: 100, bytes: 1000 },
    { name: 'test', rows: 10, bytes: 100 },
  ],
});

describe('proposeLabel', () => {
  it('takes the only ClassLabel, else the only column that is called a label, and asks otherwise', () => {
    expect(proposeLabel(config(column('breed', ['a', 'b']), column('label')))?.name).toBe('breed');
    expect(proposeLabel(config(column('id'), column('label')))?.name).toBe('label');
    expect(proposeLabel(config(column('coarse', ['a']), column('fine', ['b'])))).toBeNull();
    expect(proposeLabel(config(column('coarse', ['a']), column('label', ['b'])))?.name).toBe('label');
    expect(proposeLabel(config(column('label'), column('category')))).toBeNull();
    expect(proposeLabel(config(column('caption')))).toBeNull();
  });
});

describe('a choice', () => {
  it('maps splits and never promises more bytes than a split has', () => {
    expect(['train', 'validation', 'dev', 'test', 'extra'].map(hubSplit)).toEqual(['train', 'val', 'val', 'test', null]);
    const choice = { dataset: 'a/b', config: 'default', imageColumn: 'image', label: null, splits: ['train'], picturesEach: 20 };
    expect(estimateHubBytes(config(), choice, 2)).toBe(400);
    expect(estimateHubBytes(config(), { ...choice, picturesEach: 5000, splits: ['train', 'test'] }, 2)).toBe(1100);
  });
});
