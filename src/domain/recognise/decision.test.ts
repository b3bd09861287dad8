import { describe, expect, it } from 'vitest';
import { decideRows, warningsOf } from './decision';
import { createImportReader } from './import-reader';

async function warn(paths: readonly string[], present: readonly string[] = []) {
  const { first } = await createImportReader(paths, [], () => undefined);
  return warningsOf(first, decideRows(first, new Map()), present);
}
const folders = (count: number, pictures: number): string[] =>
  Array.from({ length: count * pictures }, (_, at) => `set/class ${String(at % count)}/${String(at)}.jpg`);

describe('before pictures come in, a person is told', () => {
  it('nothing where a few classes have a few pictures each', async () => {
    expect(await warn(folders(3, 2))).toEqual([]);
  });

  it('of many classes, as where each picture has a folder of its own, and of classes of one picture', async () => {
    const warnings = await warn(folders(120, 1));
    expect(warnings.map(({ code }) => code)).toEqual(['many-classes', 'classes-of-one-picture']);
    expect(warnings[0]?.message).toBe('There are 120 classes.');
    expect(warnings[1]?.message).toBe('120 class(es) have a single picture: class 0, class 1, class 2 and 117 more.');
  });

  it('of no class of one picture that the project has already', async () => {
    expect((await warn(folders(2, 1), ['class 0', 'class 1'])).map(({ code }) => code)).toEqual([]);
  });
});
