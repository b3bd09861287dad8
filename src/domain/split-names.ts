import type { Split } from './dataset';

/** The split that a folder, a file or a cell names; `test1` is what Kaggle's Cats vs. Dogs calls its unlabelled pictures. */
export function splitOfFolder(name: string): Split | null {
  const match = /^(?:(train|training)|(val|valid|validation)|(test|testing|test1))$/i.exec(name);
  if (match === null) return null;
  return match[1] !== undefined ? 'train' : match[2] !== undefined ? 'val' : 'test';
}
