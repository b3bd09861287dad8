import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSample, type Sample, type Split } from './dataset';
import { planExport, safeName, writeMetadata } from './dataset-export';

const sample = (id: string, className: string | null, name = `${id}.jpg`): Sample => ({
  ...plainSample,
  id,
  name,
  path: `from/${name}`,
  className,
  folderSplit: null,
  width: 40,
  height: 30,
  bytes: 9,
});
const plan = (...samples: readonly Sample[]) =>
  planExport(samples, new Map<string, Split>([['a', 'val']])).map(({ path }) => path);

describe('safeName', () => {
  it.each([
    ['cat', 'cat'],
    ['🐈 кошка', '🐈 кошка'],
    ['חתול', 'חתול'],
    ['a/b\\c:d', 'a_b_c_d'],
    ['..', '_'],
    [' .hidden. ', 'hidden'],
    ['NUL', '_NUL'],
    ['con.jpg', '_con.jpg'],
    ['=cmd()', '_=cmd()'],
    ['gpj.\u202eexe', 'gpj.exe'],
    ['cafe\u0301', 'café'],
  ])('makes of %j %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('keeps the ending of a name that is too long', () => {
    const safe = safeName(`${'🐈'.repeat(300)}.jpeg`);
    expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(180);
    expect(safe.endsWith('🐈.jpeg')).toBe(true);
  });
});

describe('planExport', () => {
  it('makes a folder of each class, and names that nothing else has', () => {
    expect(
      plan(
        sample('a', 'cat', 'x.jpg'),
        sample('b', 'cat', 'X.jpg'),
        sample('c', 'Cat', 'x.jpg'),
        sample('d', null, 'x.jpg'),
        sample('e', 'unlabelled', 'x.jpg'),
        sample('f', 'metadata.csv', 'x.jpg'),
        sample('g', 'cat', 'x.jpg'),
      ),
    ).toEqual([
      'cat/x.jpg',
      'cat/X (2).jpg',
      'Cat (2)/x.jpg',
      'unlabelled/x.jpg',
      'unlabelled (2)/x.jpg',
      'metadata (2).csv/x.jpg',
      'cat/x (3).jpg',
    ]);
  });

  it('gives a name without an ending that of its format', () => {
    expect(plan({ ...sample('a', 'cat', 'picture'), format: 'WebP' })).toEqual(['cat/picture.webp']);
  });

  it('never leaves the archive and never gives a path twice, whatever things are called', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '/', 'a/../b', 'C:\\x', 'x.jpg', 'X.JPG', '', 'unlabelled'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.option(text))), (pairs) => {
        const paths = plan(...pairs.map(([name, className], i) => sample(String(i), className, name)));
        expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(pairs.length);
        const bad = paths.filter((path) => {
          const parts = path.split('/');
          return parts.length !== 2 || parts.some((part) => /^\.{0,2}$|^\s|[\\:*?"<>|\0]/.test(part));
        });
        expect(bad).toEqual([]);
      }),
    );
  }, 60_000);
});

describe('writeMetadata', () => {
  it('lists file, label and split, quotes what needs it, and gives a spreadsheet nothing to compute', () => {
    const entries = planExport(
      [sample('a', 'cat'), sample('b', 'a "b", c'), sample('c', '=1+1'), sample('d', '-1'), sample('e', null), sample('f', '-x')],
      new Map<string, Split>([
        ['a', 'val'],
        ['b', 'train'],
      ]),
    );
    expect(writeMetadata(entries).split('\r\n')).toEqual([
      'file_name,label,split,width,height,source',
      'cat/a.jpg,cat,val,40,30,from/a.jpg',
      '"a _b_, c/b.jpg","a ""b"", c",train,40,30,from/b.jpg',
      "_=1+1/c.jpg,'=1+1,,40,30,from/c.jpg",
      '_-1/d.jpg,-1,,40,30,from/d.jpg',
      'unlabelled/e.jpg,,,40,30,from/e.jpg',
      "_-x/f.jpg,'-x,,40,30,from/f.jpg",
      '',
    ]);
  });
});
