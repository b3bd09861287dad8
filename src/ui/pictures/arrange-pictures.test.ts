import { describe, expect, it } from 'vitest';
import { plainSample, type Sample, type Split } from '../../domain/dataset';
import { arrangePictures, neighbourOf, plainArrangement } from './arrange-pictures';

function sample(path: string, more: Partial<Sample> = {}): Sample {
  const name = path.split('/').at(-1) ?? path;
  return { ...plainSample, id: path, name, path, className: 'cat', folderSplit: null, width: 9, height: 9, bytes: 1, ...more };
}

const samples = [
  sample('cat/10.jpg', { takenAt: '2026-01-02T00:00:00' }),
  sample('cat/2.jpg', { width: 100, pinnedSplit: 'val' }),
  sample('Cat/Éclair.jpg', { takenAt: '2026-01-01T00:00:00' }),
];
const assignments = new Map<string, Split>([
  ['cat/10.jpg', 'train'],
  ['cat/2.jpg', 'val'],
]);
const names = (change: Partial<typeof plainArrangement>) =>
  arrangePictures(samples, { ...plainArrangement, ...change }, assignments).map(({ name }) => name);

describe('pictures in the grid', () => {
  it('stand in the order in which they came, the very same list, until another is asked for', () => {
    expect(arrangePictures(samples, plainArrangement, assignments)).toBe(samples);
    expect(names({ order: 'name' })).toEqual(['2.jpg', '10.jpg', 'Éclair.jpg']);
    expect(names({ order: 'taken' })).toEqual(['Éclair.jpg', '10.jpg', '2.jpg']);
    expect(names({ order: 'size' })[0]).toBe('2.jpg');
  });

  it('are found by any piece of their path, whatever its case and however its accents are written', () => {
    expect(names({ search: 'E\u0301CLAIR' })).toEqual(['Éclair.jpg']);
    expect(names({ search: 'cat/1' })).toEqual(['10.jpg']);
    expect(names({ search: 'dog' })).toEqual([]);
  });

  it('are filtered by split, by pin, and by being in no split', () => {
    expect(names({ split: 'train' })).toEqual(['10.jpg']);
    expect(names({ split: 'pinned' })).toEqual(['2.jpg']);
    expect(names({ split: 'none' })).toEqual(['Éclair.jpg']);
  });
});

describe('where the eye goes', () => {
  it('is the next picture that stays, else the one before, else nowhere', () => {
    const ids = ['a', 'b', 'c', 'd'];
    expect(neighbourOf(ids, new Set(['b', 'c']), 1)).toBe('d');
    expect(neighbourOf(ids, new Set(['c', 'd']), 2)).toBe('b');
    expect(neighbourOf(ids, new Set(ids), 2)).toBeNull();
    expect(neighbourOf(ids, new Set(['b']), 2)).toBe('c');
  });
});
