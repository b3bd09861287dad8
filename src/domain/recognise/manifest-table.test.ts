import { describe, expect, it } from 'vitest';
import { parseManifestTable } from './manifest-table';

const parse = (text: string) =>
  parseManifestTable(
    'metadata.jsonl',
    { text, encoding: 'UTF-8' },
    () => false,
    () => undefined,
  );
const malformed = (problem: string) => ({ code: 'manifest-malformed', message: expect.stringContaining(problem) as unknown });

describe('a manifest of JSON lines', () => {
  it('has a cell for every key of any row', async () => {
    const { columns, rows } = await parse('{"a":1}\n{"b":2}\n');
    expect(columns).toEqual(['a', 'b']);
    expect(rows).toEqual([
      ['1', ''],
      ['', '2'],
    ]);
  });

  // A file of 300 kB would have become twenty million cells, one of 3 MB two hundred million.
  it('is refused where a few keys would give many rows more cells than the page can hold', async () => {
    const keys = JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${String(at)}`, 1])));
    await expect(parse(`${keys}\n${'{}\n'.repeat(100_000)}`)).rejects.toMatchObject(malformed('200 different keys'));
  });

  it('is refused for its number of lines before they are cut apart', async () => {
    await expect(parse('{}\n'.repeat(2_000_001))).rejects.toMatchObject(malformed('more than 1,000,000 rows'));
  });
});
