import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recogniseDataset, type DatasetShape } from './label-rules';

/** `{prefix}0{suffix}` and on. */
function files(prefix: string, count: number, suffix = '.jpg'): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${String(at)}${suffix}`);
}

interface Case {
  readonly title: string;
  readonly paths: readonly string[];
  readonly kind: DatasetShape;
  /** How many entries of each class, after a split that the folders give: `cat` or `train/cat`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly unlabelled?: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'a folder of class folders',
    paths: [...files('pets/dog/a', 3), ...files('pets/cat/b', 2)],
    kind: 'class-folders',
    counts: { cat: 2, dog: 3 },
  },
  {
    title: 'class folders dropped directly',
    paths: [...files('cat/a', 2), ...files('dog/b', 2)],
    kind: 'class-folders',
    counts: { cat: 2, dog: 2 },
  },
  {
    title: 'class folders inside several single folders, with a leading slash',
    paths: [...files('/downloads/archive/PetImages/Cat/', 2), ...files('/downloads/archive/PetImages/Dog/', 2)],
    kind: 'class-folders',
    counts: { Cat: 2, Dog: 2 },
  },
  {
    title: 'deeper folders, which belong to the class above as in ImageFolder',
    paths: ['root/cat/persian/old/1.jpg', 'root/cat/2.jpg', 'root/dog/pug/3.jpg'],
    kind: 'class-folders',
    counts: { cat: 2, dog: 1 },
  },
  {
    title: 'train, val and test folders of class folders',
    paths: [
      ...files('set/train/cat/', 4),
      ...files('set/train/dog/', 4),
      ...files('set/val/cat/', 2),
      ...files('set/val/dog/', 2),
      ...files('set/test/dog/', 1),
    ],
    kind: 'split-folders',
    counts: { 'train/cat': 4, 'train/dog': 4, 'val/cat': 2, 'val/dog': 2, 'test/dog': 1 },
  },
  {
    title: 'train and valid folders dropped themselves, in any case',
    paths: [...files('Train/cat/x/', 2), ...files('Train/dog/', 2), ...files('VALID/cat/', 1)],
    kind: 'split-folders',
    counts: { 'train/cat': 2, 'train/dog': 2, 'val/cat': 1 },
  },
  {
    title: 'train and validation beside a folder that is neither',
    paths: [
      ...files('set/train/cat/', 2),
      ...files('set/train/dog/', 2),
      ...files('set/validation/cat/', 1),
      'set/to predict/1.jpg',
      'set/stray.jpg',
    ],
    kind: 'split-folders',
    counts: { 'train/cat': 2, 'train/dog': 2, 'val/cat': 1 },
    unlabelled: ['set/to predict/1.jpg', 'set/stray.jpg'],
  },
  {
    title: 'a train folder alone',
    paths: [...files('train/cat/', 2), ...files('train/dog/', 2)],
    kind: 'split-folders',
    counts: { 'train/cat': 2, 'train/dog': 2 },
  },
  {
    title: 'splits inside a folder that is itself called test',
    paths: [...files('test/train/cat/', 2), ...files('test/train/dog/', 2), ...files('test/val/dog/', 2)],
    kind: 'split-folders',
    counts: { 'train/cat': 2, 'train/dog': 2, 'val/dog': 2 },
  },
  {
    title: 'Kaggle’s Cats vs. Dogs as it is unpacked',
    paths: [...files('dogs-vs-cats/train/cat.', 9), ...files('dogs-vs-cats/train/dog.', 9), ...files('dogs-vs-cats/test1/', 2)],
    kind: 'split-folders',
    counts: { 'train/cat': 9, 'train/dog': 9 },
    unlabelled: ['dogs-vs-cats/test1/0.jpg', 'dogs-vs-cats/test1/1.jpg'],
  },
  {
    title: 'a class that is called train beside other classes',
    paths: [...files('vehicles/train/', 3), ...files('vehicles/plane/', 3)],
    kind: 'class-folders',
    counts: { plane: 3, train: 3 },
  },
  {
    title: 'split folders without any label',
    paths: [...files('train/', 3), ...files('test/', 2)],
    kind: 'unlabelled',
    counts: {},
    unlabelled: [...files('train/', 3), ...files('test/', 2)],
  },
  {
    title: 'a flat folder of Kaggle’s names',
    paths: [...files('pets/cat.', 5), ...files('pets/dog.', 5)],
    kind: 'file-names',
    counts: { cat: 5, dog: 5 },
  },
  {
    title: 'loose files with four ways to write a number, and a whole name',
    paths: ['cat_12.png', 'cat-3.jpg', 'cat (4).jpg', 'cat.jpg', 'dog.0.jpg', 'dog7.webp'],
    kind: 'file-names',
    counts: { cat: 4, dog: 2 },
  },
  {
    title: 'flat names of several words, one stray among them',
    paths: [...files('american_bulldog_', 12), ...files('great pyrenees ', 12), 'readme.jpg'],
    kind: 'file-names',
    counts: { american_bulldog: 12, 'great pyrenees': 12 },
    unlabelled: ['readme.jpg'],
  },
  {
    title: 'a single class folder, whatever its files are called',
    paths: [...files('photos/my cat/IMG_', 3), ...files('photos/my cat/DSC_', 3)],
    kind: 'class-folders',
    counts: { 'my cat': 6 },
  },
  {
    title: 'a single class folder with a smaller folder inside',
    paths: [...files('cat/', 3), 'cat/more/9.jpg'],
    kind: 'class-folders',
    counts: { cat: 4 },
  },
  {
    title: 'loose files without labels',
    paths: ['one.jpg', 'two.jpg', '1.jpg', '2.jpg', '3.jpg'],
    kind: 'unlabelled',
    counts: {},
    unlabelled: ['one.jpg', 'two.jpg', '1.jpg', '2.jpg', '3.jpg'],
  },
  {
    title: 'camera names, which tell no class',
    paths: [...files('IMG_', 5), ...files('DSC0', 5), ...files('IMG-2020-WA', 5)],
    kind: 'unlabelled',
    counts: {},
    unlabelled: [...files('IMG_', 5), ...files('DSC0', 5), ...files('IMG-2020-WA', 5)],
  },
  {
    title: 'names in any script, with blanks and emoji, composed or not',
    paths: ['動物/猫/一.jpg', '動物/كلب/٢.png', '動物/😀 face/3.gif', '動物/e\u0301te\u0301/4.jpg', '動物/\u00e9t\u00e9/5.jpg'],
    kind: 'class-folders',
    counts: { 猫: 1, كلب: 1, '😀 face': 1, '\u00e9t\u00e9': 2 },
  },
  {
    title: 'flat names in other scripts',
    paths: [...files('猫_', 3), ...files('собака.', 3), ...files('🐟 ', 3)],
    kind: 'file-names',
    counts: { 猫: 3, собака: 3, '🐟': 3 },
  },
  {
    title: 'files that are no pictures, which get their folder’s class or none and decide nothing',
    paths: [
      'pets/cat/1.jpg',
      'pets/cat/notes.txt',
      'pets/cat/.DS_Store',
      'pets/dog/2.JPEG',
      'pets/readme.md',
      'pets/docs/a.pdf',
      'pets/train/labels.csv',
      '__MACOSX/pets/cat/._1.jpg',
      'other/thumbs.db',
    ],
    kind: 'class-folders',
    counts: { cat: 3, dog: 1 },
    unlabelled: ['pets/readme.md', 'pets/docs/a.pdf', 'pets/train/labels.csv', '__MACOSX/pets/cat/._1.jpg', 'other/thumbs.db'],
  },
  {
    title: 'class folders without any picture, so that each file can be reported',
    paths: ['root/cat/1.txt', 'root/dog/2.txt'],
    kind: 'class-folders',
    counts: { cat: 1, dog: 1 },
  },
  {
    title: 'a stray picture beside class folders',
    paths: [...files('pets/cat/', 3), ...files('pets/dog/', 3), 'pets/cover.jpg'],
    kind: 'class-folders',
    counts: { cat: 3, dog: 3 },
    unlabelled: ['pets/cover.jpg'],
  },
  {
    title: 'one class folder with a stray picture beside it',
    paths: [...files('pets/cat/', 3), 'pets/cover.jpg'],
    kind: 'class-folders',
    counts: { cat: 3 },
    unlabelled: ['pets/cover.jpg'],
  },
  { title: 'nothing at all', paths: [], kind: 'unlabelled', counts: {} },
];

describe('the labels of dropped files', () => {
  test.each(cases)('are found for $title', ({ paths, kind, counts, unlabelled = [] }) => {
    const found = recogniseDataset(paths);
    const counted: Record<string, number> = {};
    for (const { className, folderSplit } of found.entries) {
      const name = folderSplit === null ? className : `${folderSplit}/${className}`;
      counted[name] = (counted[name] ?? 0) + 1;
    }
    expect({ kind: found.kind, counts: counted, unlabelled: found.unlabelled }).toEqual({ kind, counts, unlabelled });
  });

  test('the classes are sorted by code point, as ImageFolder does', () => {
    const names = ['dog', 'Cat', 'éclair', 'cat', '😀', '\uff5e', '10', '9'];
    const { classNames } = recogniseDataset(names.map((name) => `root/${name}/1.jpg`));
    expect(classNames).toEqual(['10', '9', 'Cat', 'cat', 'dog', 'éclair', '\uff5e', '😀']);
  });

  test('classes that differ only in case stay two and are told', () => {
    const { classNames, caseClashes } = recogniseDataset([
      'r/Cat/1.jpg',
      'r/cat/2.jpg',
      'r/dog/3.jpg',
      'r/ÉTÉ/4.jpg',
      'r/été/5.jpg',
    ]);
    expect(classNames).toHaveLength(5);
    expect(caseClashes).toEqual([
      ['Cat', 'cat'],
      ['ÉTÉ', 'été'],
    ]);
  });

  const segment = fc.oneof(
    fc.constantFrom(
      'cat',
      'dog',
      'train',
      'val',
      'test',
      'valid',
      'root',
      '.hidden',
      '__MACOSX',
      '__proto__',
      '😀',
      'constructor',
    ),
    fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }).map((text) => text.replaceAll('/', '_')),
  );
  const path = fc
    .tuple(
      fc.array(segment, { maxLength: 4 }),
      fc.constantFrom('cat.1.jpg', 'cat.2.jpg', 'dog.1.jpg', 'dog.2.png', 'a.jpg', 'b.txt', '.DS_Store', '1.webp'),
    )
    .map(([folders, name]) => [...folders, name].join('/'));

  test('every path is in exactly one list, unchanged, and every class has an entry', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 30 }), (paths) => {
        const { kind, entries, unlabelled, classNames } = recogniseDataset(paths);
        expect([...entries.map((entry) => entry.path), ...unlabelled].sort()).toEqual([...paths].sort());
        expect([...new Set(entries.map(({ className }) => className))].sort()).toEqual([...classNames].sort());
        expect(kind === 'unlabelled').toBe(entries.length === 0);
        for (const { className } of entries) expect(className).toBe(className.normalize('NFC'));
      }),
      { numRuns: 500 },
    );
  });

  test('the order of the paths does not matter', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 20 }), (paths) => {
        const forth = recogniseDataset(paths);
        const back = recogniseDataset([...paths].reverse());
        expect(back.classNames).toEqual(forth.classNames);
        expect([...back.entries].reverse()).toEqual(forth.entries);
      }),
    );
  });

  test('putting everything into one more folder changes no label of named class folders', () => {
    const className = fc.constantFrom('猫', 'dog', 'a b', '🐟');
    fc.assert(
      fc.property(fc.array(fc.tuple(className, fc.nat()), { minLength: 2, maxLength: 20 }), segment, (drawn, wrapper) => {
        fc.pre(
          !/^(train|val|valid|test|\.hidden|__MACOSX)$/i.test(wrapper) &&
            !wrapper.startsWith('.') &&
            new Set(drawn.map(([name]) => name)).size > 1,
        );
        const plain = recogniseDataset(drawn.map(([name, number]) => `${name}/${String(number)}.jpg`));
        const wrapped = recogniseDataset(drawn.map(([name, number]) => `${wrapper}/${name}/${String(number)}.jpg`));
        expect(wrapped.entries.map((entry) => entry.className)).toEqual(plain.entries.map((entry) => entry.className));
        expect(wrapped.kind).toBe('class-folders');
      }),
    );
  });
});
