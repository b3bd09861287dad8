import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { totalsOf } from './decision';
import { createImportReader, type ReadingWish } from './import-reader';
import type { ImportReading } from './proposal';

/** `{prefix}0{suffix}` and on. */
function files(prefix: string, count: number, suffix = '.jpg'): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${String(at)}${suffix}`);
}

const pause = (): Promise<void> => Promise.resolve();

const open = (paths: readonly string[], texts: Readonly<Record<string, string | Uint8Array>> = {}, wish: ReadingWish = {}) =>
  createImportReader(
    paths,
    Object.entries(texts).map(([path, text]) => ({
      path,
      bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
    })),
    pause,
    wish,
  );

/** Pictures by class, after the split where there is one; `-` for those without a class. */
function count(reading: ImportReading): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { target, split, pictures } of reading.rows) {
    const name = target.kind === 'class' ? target.className : '-';
    const key = split === null ? name : `${split}/${name}`;
    counts.set(key, (counts.get(key) ?? 0) + pictures);
  }
  return Object.fromEntries(counts);
}

const imagesOf = (names: Readonly<Record<string, number>>): string[] =>
  Object.entries(names).flatMap(([name, pictures]) => files(`images/${name}_`, pictures));

describe('what was dropped is read', () => {
  test('as class folders, a row for each, with the folder, the number and examples', async () => {
    const { first } = await open([...files('pets/cat/', 3), ...files('pets/dog/', 2), 'pets/cover.jpg', 'pets/cat/notes.txt']);
    expect(first.kind).toBe('class-folders');
    expect(
      first.rows.map(({ found, pictures, paths, examples, target }) => [
        found,
        pictures,
        paths.length,
        examples.join(),
        target.kind,
      ]),
    ).toEqual([
      ['pets/cat', 3, 4, '0.jpg,1.jpg,2.jpg', 'class'],
      ['pets/dog', 2, 2, '0.jpg,1.jpg', 'class'],
      ['pets', 1, 1, 'cover.jpg', 'unlabelled'],
    ]);
    expect(first.reasoning).toEqual([
      '2 folders of pictures: the name of each is a class.',
      '5 pictures of 2 classes.',
      '1 picture without a label comes in unlabelled.',
    ]);
  });

  test('as train, val and test over class folders, a row for each folder', async () => {
    const { first } = await open([
      ...files('set/train/cat/', 4),
      ...files('set/train/dog/', 4),
      ...files('set/validation/cat/', 2),
    ]);
    expect(first.kind).toBe('split-folders');
    expect(first.rows.map(({ found, split }) => `${found} ${split ?? ''}`)).toEqual([
      'set/train/cat train',
      'set/train/dog train',
      'set/validation/cat val',
    ]);
    expect(first.reasoning.join(' ')).toContain('8 pictures in train and 2 pictures in val');
  });

  test('as Kaggle’s dogs-vs-cats, whose test pictures have no label', async () => {
    const { first } = await open([
      ...files('dogs-vs-cats/train/cat.', 9),
      ...files('dogs-vs-cats/train/dog.', 9),
      ...files('dogs-vs-cats/test1/', 4),
    ]);
    expect(count(first)).toEqual({ 'train/cat': 9, 'train/dog': 9, '-': 4 });
    expect(first.rows.map(({ found }) => found)).toEqual([
      'dogs-vs-cats/train/cat…',
      'dogs-vs-cats/train/dog…',
      'dogs-vs-cats/test1',
    ]);
  });

  test('as Oxford-IIIT Pet names: a capital is a cat, and the breeds are the other way', async () => {
    const reader = await open(imagesOf({ Abyssinian: 3, Maine_Coon: 2, american_bulldog: 4, pug: 1 }));
    expect(reader.first.kind).toBe('pets-species');
    expect(count(reader.first)).toEqual({ cat: 5, dog: 5 });
    expect(reader.offers.map(({ id }) => id)).toContain('pets-breeds');
    expect(count(await reader.read('pets-breeds'))).toEqual({ Abyssinian: 3, Maine_Coon: 2, american_bulldog: 4, pug: 1 });
  });

  test('by breeds where the names are of one species', async () => {
    expect(count((await open(imagesOf({ pug: 3, beagle: 3 }))).first)).toEqual({ pug: 3, beagle: 3 });
  });

  test('by the folders where pets lie in class folders', async () => {
    const paths = [
      ...files('pets/train/cat/Abyssinian_', 3),
      ...files('pets/train/dog/pug_', 3),
      ...files('pets/val/dog/pug_9', 2),
    ];
    expect(count((await open(paths)).first)).toEqual({ 'train/cat': 3, 'train/dog': 3, 'val/dog': 2 });
  });

  test('as unlabelled where nothing tells a class', async () => {
    const reader = await open(['one.jpg', 'two.jpg', '1.jpg', '2.jpg']);
    expect(count(reader.first)).toEqual({ '-': 4 });
    expect(reader.first.reasoning).toEqual([
      'No folder and no name tells a class.',
      '4 pictures without a label come in unlabelled.',
    ]);
    expect(reader.offers.map(({ id }) => id)).toEqual(['unlabelled', 'pattern']);
  });

  test('by the outermost folder as ImageFolder does, and by the innermost on request', async () => {
    const reader = await open([...files('zoo/cat/persian/', 3), ...files('zoo/cat/siamese/', 2), ...files('zoo/dog/pug/', 4)]);
    expect(count(reader.first)).toEqual({ cat: 5, dog: 4 });
    expect(count(await reader.read('innermost-folders'))).toEqual({ persian: 3, siamese: 2, pug: 4 });
    expect(count(await reader.read('one-class'))).toEqual({ zoo: 9 });
    expect(count(await reader.read('unlabelled'))).toEqual({ '-': 9 });
  });

  test('by a pattern of a person’s own, shown on ten names from all over', async () => {
    const reader = await open([
      ...files('scans/a_cat_', 30, '_x.png'),
      ...files('scans/a_dog_', 30, '_x.png'),
      'scans/cover.png',
    ]);
    const preview = reader.previewPattern('a_{class}_{number}_*');
    expect(preview).toHaveLength(9);
    expect(new Set(preview.map(({ className }) => className))).toEqual(new Set(['cat', 'dog']));
    expect(count(await reader.readPattern('a_{class}_{number}_*'))).toEqual({ cat: 30, dog: 30, '-': 1 });
    await expect(reader.readPattern('a_{nothing}')).rejects.toMatchObject({ code: 'pattern-invalid' });
  });

  test('in names of any kind: numbers, emoji, right to left, wide slashes, two ways to compose', async () => {
    const names = ['0', '1', '10', '😀 face', 'كلب', 'a／b', '__proto__', 'constructor', 'e\u0301te\u0301', '\u202Ex'];
    const { first } = await open(names.flatMap((name) => files(`r/${name}/`, 2)).concat(files('r/\u00e9t\u00e9/9', 1)));
    expect(totalsOf(first.rows).classes).toEqual(
      expect.arrayContaining(['0', '1', '10', '😀 face', 'كلب', 'a／b', '__proto__', 'constructor', '\u00e9t\u00e9', '\u202Ex']),
    );
    expect(totalsOf(first.rows).classes).toHaveLength(10);
    expect(first.rows.find(({ found }) => found === 'r/\u00e9t\u00e9')?.pictures).toBe(3);
  });

  const segment = fc.constantFrom(
    'cat',
    'dog',
    'train',
    'val',
    'test',
    'root',
    '😀',
    '__proto__',
    'a／b',
    'e\u0301',
    '\u00e9',
    'Cat',
    '1',
  );
  const path = fc
    .tuple(
      fc.array(segment, { maxLength: 4 }),
      fc.constantFrom('cat.1.jpg', 'cat.2.jpg', 'dog_1.jpg', 'pug_2.png', 'Bengal_1.jpg', 'a.jpg', 'b.txt'),
    )
    .map(([folders, name]) => [...folders, name].join('/'));

  test('so that in every reading every path is in exactly one row, and the order of the paths does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { minLength: 1, maxLength: 25 }), async (paths) => {
        const forth = await open(paths);
        const back = await open([...paths].reverse());
        expect(back.offers).toEqual(forth.offers);
        for (const { id } of forth.offers) {
          const reading = await forth.read(id);
          expect(reading.rows.flatMap((row) => row.paths).sort()).toEqual([...paths].sort());
          expect(new Set(reading.rows.map(({ key }) => key)).size).toBe(reading.rows.length);
          const other = await back.read(id);
          expect(other.rows.map(({ key, pictures, examples }) => [key, pictures, examples])).toEqual(
            reading.rows.map(({ key, pictures, examples }) => [key, pictures, examples]),
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a manifest', () => {
  const pictures = files('pics/', 6);
  const table = (separator: string, header: string, rows: readonly (readonly string[])[], end = '\n'): string =>
    [...(header === '' ? [] : [header]), ...rows.map((row) => row.join(separator))].join(end);
  const labels = ['cat', 'dog', 'cat', 'dog', 'cat', 'dog'];
  const rows = labels.map((label, at) => [`${String(at)}.jpg`, label]);

  test.each([
    ['commas', table(',', 'file,label', rows)],
    ['semicolons', table(';', 'Dateiname;Class', rows, '\r\n')],
    ['tabs', table('\t', 'image\tcategory', rows, '\r')],
    ['bars', table('|', 'path|species', rows)],
    [
      'quotes',
      table(
        ',',
        '"file","label"',
        rows.map(([file, label]) => [`"${file ?? ''}"`, `"${label ?? ''}"`]),
      ),
    ],
    ['no header', table(',', '', rows)],
    ['the word of a spreadsheet about its separator', `sep=;\r\n${table(';', 'file;label', rows)}`],
    [
      'names without their ending',
      table(
        ',',
        'id,label',
        rows.map(([file = '', label = '']) => [file.slice(0, -4), label]),
      ),
    ],
    [
      'paths of another computer',
      table(
        ',',
        'path,label',
        rows.map(([file = '', label = '']) => [`C:\\Users\\me\\old\\${file}`, label]),
      ),
    ],
    [
      'endings in capitals',
      table(
        ',',
        'file,label',
        rows.map(([file = '', label = '']) => [file.toUpperCase(), label]),
      ),
    ],
    [
      'numbers beside words',
      table(
        ',',
        'file,label,label_name',
        rows.map(([file = '', label = '']) => [file, label === 'cat' ? '0' : '1', label]),
      ),
    ],
    [
      'numbers beside words of another name',
      table(
        ',',
        'file,label,what',
        rows.map(([file = '', label = '']) => [file, label === 'cat' ? '0' : '1', label]),
      ),
    ],
    ['an unknown column that no other may be', table(',', 'file,breed', rows)],
  ])('with %s gives each picture its label', async (_title, text) => {
    const { first } = await open(pictures, { 'pics/labels.csv': text });
    expect(first.kind).toBe('manifest');
    expect(first.manifest?.question).toBeNull();
    expect(count(first)).toEqual({ cat: 3, dog: 3 });
  });

  test('with numbers for labels that are names of pictures by chance keeps them apart', async () => {
    const text = table(
      ',',
      'file,label',
      rows.map(([file = '', label = '']) => [file, label === 'cat' ? '0' : '1']),
    );
    expect(count((await open(pictures, { 'pics/m.csv': text })).first)).toEqual({ 0: 3, 1: 3 });
  });

  test('in JSON lines, with a key called __proto__ and a line that is broken', async () => {
    const lines = rows.map(([file, label]) => JSON.stringify({ file_name: file, label, boxes: [1, 2] }));
    const { first } = await open(pictures, {
      'pics/metadata.jsonl': [...lines, '{"__proto__": 1, "file_name": "x.jpg"}', '{oops'].join('\n'),
    });
    expect(count(first)).toEqual({ cat: 3, dog: 3 });
    expect(first.reasoning.join(' ')).toContain('1 line could not be read');
  });

  test('in Hugging Face’s form, one in each split’s folder, names relative to it', async () => {
    const paths = [...files('set/train/', 4), ...files('set/test/', 2)];
    const metadata = (pictureCount: number): string =>
      ['file_name,label', ...files('', pictureCount).map((file, at) => `${file},${at % 2 === 0 ? 'cat' : 'dog'}`)].join('\n');
    const { first } = await open(paths, { 'set/train/metadata.csv': metadata(4), 'set/test/metadata.csv': metadata(2) });
    expect(count(first)).toEqual({ 'train/cat': 2, 'train/dog': 2, 'test/cat': 1, 'test/dog': 1 });
  });

  test('gives splits by a column, by its own name, or not', async () => {
    const withSplit = rows.map(([file = '', label = ''], at) => [file, label, at < 4 ? 'train' : 'valid']);
    expect(count((await open(pictures, { 'pics/m.csv': table(',', 'file,label,subset', withSplit) })).first)).toEqual({
      'train/cat': 2,
      'train/dog': 2,
      'val/cat': 1,
      'val/dog': 1,
    });
    const halves = {
      'pics/train.csv': table(',', 'file,label', rows.slice(0, 4)),
      'pics/val.csv': table(',', 'file,label', rows.slice(4)),
    };
    expect(count((await open(pictures, halves)).first)).toEqual({ 'train/cat': 2, 'train/dog': 2, 'val/cat': 1, 'val/dog': 1 });
  });

  test('that names absent files, leaves some out, disputes one and labels one not, says so and loses nothing', async () => {
    const text = table(',', 'file,label', [
      ...rows.slice(0, 4),
      ['4.jpg', ''],
      ['0.jpg', 'dog'],
      ['lost.jpg', 'cat'],
      ['gone/7.jpg', 'cat'],
    ]);
    const { first } = await open(pictures, { 'pics/m.csv': text });
    expect(first.rows.map(({ found, pictures: number, target }) => [found, number, target.kind])).toEqual([
      ['cat', 1, 'class'],
      ['dog', 2, 'class'],
      ['Named with two labels', 1, 'unlabelled'],
      ['Not named in it', 1, 'unlabelled'],
      ['Without a label', 1, 'unlabelled'],
    ]);
    expect(first.manifest).toMatchObject({ absent: ['lost.jpg', 'gone/7.jpg'], absentCount: 2 });
    expect(first.reasoning.join(' ')).toMatch(
      /2 rows name files that are not here.*1 picture is not named in it.*1 picture is named with two labels/,
    );
  });

  test('with two columns that may be the label asks, and takes the answer', async () => {
    const text = table(
      ',',
      'file,species,category',
      labels.map((label, at) => [`${String(at)}.jpg`, label, at < 3 ? 'indoor' : 'outdoor']),
    );
    const reader = await open(pictures, { 'pics/m.csv': text });
    expect(reader.first.manifest?.question).toMatchObject({
      asks: 'label',
      sentence: expect.stringContaining('“species” and “category”') as unknown,
    });
    expect(count(reader.first)).toEqual({ '-': 6 });
    expect(reader.columnsOf(reader.first.id)).toEqual([
      { name: 'file', examples: ['0.jpg', '1.jpg', '2.jpg'] },
      { name: 'species', examples: ['cat', 'dog'] },
      { name: 'category', examples: ['indoor', 'outdoor'] },
    ]);
    const answered = await reader.readColumns(reader.first.id, { file: 0, label: 2, split: null });
    expect(answered.manifest?.question).toBeNull();
    expect(count(answered)).toEqual({ indoor: 3, outdoor: 3 });
    const wished = await open(pictures, { 'pics/m.csv': text }, { columns: { label: 'category' } });
    expect(count(wished.first)).toEqual({ indoor: 3, outdoor: 3 });
  });

  test('with two columns that name files asks unless one is called so', async () => {
    const paths = [...files('d/image/', 4), ...files('d/mask/m', 4)];
    const cells = files('', 4).map((file, at) => [`image/${file}`, `mask/m${file}`, at % 2 === 0 ? 'cat' : 'dog']);
    const asked = await open(paths, { 'd/m.csv': table(',', 'left,right,label', cells) });
    expect((await asked.read('manifest:d/m.csv')).manifest?.question?.asks).toBe('file');
    const known = await open(paths, { 'd/m.csv': table(',', 'image,right,label', cells) });
    expect(count(known.first)).toEqual({ cat: 2, dog: 2, '-': 4 });
  });

  test('whose label is a guess does not overrule class folders, but is on offer', async () => {
    const paths = [...files('p/cat/', 3), ...files('p/dog/', 3)];
    const reader = await open(paths, {
      'p/MANIFEST.tsv': ['file\tbreed', ...paths.map((each, at) => `${each.slice(2)}\tbreed ${String(at % 4)}`)].join('\n'),
    });
    expect(count(reader.first)).toEqual({ cat: 3, dog: 3 });
    expect(reader.offers.map(({ title }) => title)).toContain('MANIFEST.tsv');
    expect(Object.keys(count(await reader.read('manifest:p/MANIFEST.tsv')))).toHaveLength(4);
    expect((await open(paths, { 'p/MANIFEST.tsv': 'file\tbreed\ncat/0.jpg\tx' }, { manifest: 'MANIFEST.tsv' })).first.kind).toBe(
      'manifest',
    );
  });

  test.each([
    ['manifest-no-match', 'file,label\nx.jpg,cat\ny.jpg,dog', pictures],
    ['manifest-columns-unknown', 'date,weather\n1 May,rain\n2 May,sun', pictures],
    ['manifest-alone', 'file,label\nx.jpg,cat', []],
    ['manifest-undecodable', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]), pictures],
    ['manifest-malformed', `file,label\n0.jpg,"${'x'.repeat(5 << 20)}`, pictures],
  ] as const)('is set aside with %s', async (code, text, paths) => {
    const reader = await open(paths, { 'pics/m.csv': text });
    expect(reader.problems.map((problem) => problem.code)).toEqual([code]);
    expect(reader.first.kind).not.toBe('manifest');
    expect(`${reader.problems[0]?.message ?? ''} ${reader.problems[0]?.remedy ?? ''}`).not.toContain('{');
  });

  test('that was asked for and is not there is said', async () => {
    expect((await open(pictures, {}, { manifest: 'labels.csv' })).problems.map(({ code }) => code)).toEqual(['manifest-missing']);
  });

  test('that is hostile is only text: formulas, huge cells, names of objects, rows of different length', async () => {
    const text = table(',', 'file,label', [
      ['0.jpg', '=HYPERLINK("https://evil.example")'],
      ['1.jpg', '__proto__'],
      ['2.jpg', 'constructor', 'and', 'more'],
      ['3.jpg'],
      ['../../4.jpg', 'cat'],
      [`5.jpg`, `cat ${'x'.repeat(100_000)}`],
    ]);
    const { first } = await open(pictures, { 'pics/m.csv': text });
    const classes = totalsOf(first.rows).classes;
    expect(classes).toEqual(expect.arrayContaining(['=HYPERLINK("https://evil.example")', '__proto__', 'constructor']));
    expect(Math.max(...classes.map(({ length }) => length))).toBeLessThanOrEqual(200);
    expect(totalsOf(first.rows).pictures).toBe(6);
  });

  test('of 12,000 rows is read in pieces, every row of it', async () => {
    const many = files('a big folder of pictures/', 12_000);
    let pauses = 0;
    const text = ['file,label', ...many.map((each, at) => `${each},"class, ${String(at % 7)}"`)].join('\n');
    const { first } = await createImportReader(
      many,
      [{ path: 'a big folder of pictures/m.csv', bytes: new TextEncoder().encode(text) }],
      () => {
        pauses += 1;
        return Promise.resolve();
      },
    );
    expect(totalsOf(first.rows)).toMatchObject({ pictures: 12_000, unlabelled: 0 });
    expect(Object.keys(count(first))).toHaveLength(7);
    expect(pauses).toBeGreaterThan(6);
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const text = `file,label\n${'0.jpg,cat\n'.repeat(60_000)}`;
    await expect(
      createImportReader(pictures, [{ path: 'pics/m.csv', bytes: new TextEncoder().encode(text) }], pause, {}, controller.signal),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('cut anywhere into rows and quoted anyhow gives the same cells', async () => {
    const cell = fc
      .string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', '😀'), minLength: 1, maxLength: 12 })
      .map((text) => `l${text}l`);
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 12 }), async (cells) => {
        const paths = files('q/', cells.length);
        const text = ['file,label', ...cells.map((each, at) => `${String(at)}.jpg,"${each.replaceAll('"', '""')}"`)].join('\r\n');
        const { first } = await open(paths, { 'q/m.csv': text });
        const found = new Map(first.rows.flatMap((row) => row.paths.map((each) => [each, row.found] as const)));
        expect(paths.map((each) => found.get(each))).toEqual(cells.map((each) => each.normalize('NFC')));
      }),
    );
  });
});
