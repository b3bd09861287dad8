import type { Rng } from '../../../src/domain/rng';
import { decideRows, mergesOf, totalsOf, warningsOf } from '../../../src/domain/recognise/decision';
import { createImportReader } from '../../../src/domain/recognise/import-reader';
import { createNamePattern } from '../../../src/domain/recognise/name-pattern';
import type { ImportReading } from '../../../src/domain/recognise/proposal';
import { type Bytes, joinBytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { type FuzzTarget, pick, promise } from '../target';

const encode = (text: string): Bytes => new TextEncoder().encode(text);
const utf16 = (text: string): Bytes => joinBytes(Uint8Array.of(0xff, 0xfe), new Uint8Array(Buffer.from(text, 'utf16le')));

const paths: readonly string[] = [
  'set/train/1.jpg',
  'set/train/2.jpg',
  'set/train/3.JPG',
  'set/test/1.jpg',
  'set/cat/4.png',
  'set/dog/5.png',
  'set/Abyssinian_1.jpg',
  'set/beagle_12.jpg',
  'set/cat.0.jpg',
  'set/dog.1.jpg',
  'set/notes.txt',
];
const rows = ['train/1.jpg', 'train/2.jpg', 'train/3.JPG', 'test/1.jpg', 'cat/4.png', 'dog/5.png'];
const texts: readonly Bytes[] = [
  encode(
    `file,label,split\n${rows.map((path, at) => `${path},${at % 2 === 0 ? 'cat' : 'dog'},${at < 4 ? 'train' : 'val'}`).join('\n')}\n`,
  ),
  encode(`"id";"breed"\r\n"1";"a ""quoted"" name"\r\n"2";"two\r\nlines"\r\n`),
  encode(`sep=;\nimage;class\n${rows.map((path) => `set/${path};x`).join('\n')}`),
  encode(rows.map((path, at) => `${path}\t${String(at % 3)}`).join('\n')),
  utf16(`filename,label\r\n${rows.map((path) => `${path},größer`).join('\r\n')}`),
  encode(rows.map((path, at) => JSON.stringify({ file_name: path, label: at % 2, nested: { a: [1] } })).join('\n')),
  encode(`name|label\n1.jpg|cat\n2.jpg|\n1.jpg|dog\n`),
];
const names = ['labels.csv', 'train/metadata.csv', 'a.tsv', 'metadata.jsonl'];

function checkReading(reading: ImportReading): void {
  const placed = reading.rows.flatMap((row) => row.paths);
  promise(placed.length === paths.length && new Set(placed).size === paths.length, 'every path is in exactly one row');
  promise(new Set(reading.rows.map(({ key }) => key)).size === reading.rows.length, 'keys differ');
  for (const { target, pictures, paths: own } of reading.rows) {
    promise(pictures <= own.length, 'pictures are files');
    promise(target.kind !== 'class' || target.className.trim() !== '', 'a class has a name');
  }
  const decided = decideRows(reading, new Map());
  totalsOf(decided);
  mergesOf(decided, ['cat']);
  warningsOf(reading, decided, ['cat']);
}

/** Bytes of one or two manifests: the first byte says how many, how they are called, and where the second begins. */
export const manifestTarget: FuzzTarget<Bytes> = {
  name: 'manifests',
  of: 'domain/recognise (decode-text, manifest-table, manifest-columns, manifest-reading, path-index, merges), papaparse',
  make: (rng: Rng) => {
    const first = mutateBytes(texts, rng);
    const head = Uint8Array.of(rng.integer(names.length), rng.integer(3) === 0 ? 1 : 0);
    const repeated = rng.integer(50) === 0 ? joinBytes(...Array.from({ length: 20 }, () => first)) : first;
    return joinBytes(head, repeated.subarray(0, 1 << 18));
  },
  run: async (bytes) => {
    const name = names[(bytes[0] ?? 0) % names.length] ?? '';
    const body = bytes.slice(2);
    const manifests = [{ path: `set/${name}`, bytes: body }];
    if (bytes[1] === 1) manifests.push({ path: `set/other-${name.replace('/', '-')}`, bytes: body });
    const reader = await createImportReader(paths, manifests, () => undefined);
    checkReading(reader.first);
    for (const { id } of reader.offers) {
      checkReading(await reader.read(id));
      const columns = reader.columnsOf(id);
      for (const at of [0, columns.length - 1])
        if (columns.length > 0)
          checkReading(await reader.readColumns(id, { file: at, label: columns.length - 1 - at, split: null }));
    }
    return reader.problems.length === 0 ? 'accepted' : 'refused';
  },
  smaller: smallerBytes,
  show: showBytes,
};

const pieces = [
  '',
  'a',
  'é',
  'ß',
  '😀',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\D',
  '\\.',
  '[a-z]',
  '[^/]',
  '[]a]',
  '[a-',
  '\\',
  '^',
  '$',
  '/',
  ' ',
  '-',
  '_',
  '{class}',
  '{number}',
  '{split}',
  '{',
  '}',
  '*',
  '?',
  '0',
  '9',
  '\n',
] as const;
const counts = [
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{100}',
  '{0,100}',
  '{2,}',
  '{100,100}',
  '{1,2}?',
  '{101}',
  '{2,1}',
  '{,3}',
] as const;

/** Those that are refused in few places: most expressions are to be understood. */
const sound = ['', 'a', 'é', '😀', '.', '\\d', '\\w', '\\s', '\\D', '\\.', '[a-z]', '[^/]', '[]a]', ' ', '_', '0'] as const;
const soundCounts = ['*', '+', '?', '*?', '+?', '{2}', '{100}', '{0,100}', '{2,}'] as const;

/** An expression with brackets inside brackets. */
function expression(rng: Rng, depth: number): string {
  let text = '';
  for (let left = rng.integer(4); left >= 0; left -= 1) {
    const isGroup = depth > 0 && rng.integer(2) === 0;
    const open =
      rng.integer(80) === 0
        ? pick(rng, ['(?=', '(?<!', '(?<', '(?'])
        : pick(rng, ['(', '(', '(?:', '(?:', '(?<class>', '(?<split>']);
    text += isGroup ? `${open}${expression(rng, depth - 1)})` : pick(rng, rng.integer(30) === 0 ? pieces : sound);
    if (rng.integer(2) === 0) text += pick(rng, rng.integer(30) === 0 ? counts : soundCounts);
    if (rng.integer(6) === 0) text += '|';
  }
  return text;
}

const subjects = (rng: Rng): string =>
  pick(rng, [
    () => pick(rng, paths),
    () => 'a'.repeat(rng.integer(1001)),
    () => `${'ab'.repeat(rng.integer(500))}c`,
    () => Array.from({ length: rng.integer(60) }, () => pick(rng, ['a', '0', '/', ' ', 'é', '😀', '.', '_', '\ud800'])).join(''),
  ])();

interface PatternInput {
  readonly pattern: string;
  readonly path: string;
}

/** Patterns as a person could type or paste them, and names to lay them on. */
export const patternTarget: FuzzTarget<PatternInput> = {
  name: 'patterns',
  of: 'domain/recognise (name-pattern, parse-expression, pattern-machine)',
  make: (rng) => {
    const isTemplate = rng.integer(4) === 0;
    const body = isTemplate
      ? Array.from({ length: 1 + rng.integer(8) }, () => pick(rng, pieces)).join('')
      : `/${expression(rng, 5)}/`;
    return { pattern: body.slice(0, 260), path: subjects(rng) };
  },
  run: ({ pattern, path }) => {
    const found = createNamePattern(pattern).read(path);
    if (found !== null) {
      promise(found.className !== '' && found.className === found.className.trim(), 'a class has a clean name');
      promise(path.normalize('NFC').includes(found.className), 'a class is a part of the name');
    }
    return 'accepted';
  },
  *smaller({ pattern, path }) {
    for (let length = Math.ceil(pattern.length / 2); length >= 1; length = Math.floor(length / 2))
      for (let from = 0; from < pattern.length; from += length)
        yield { pattern: pattern.slice(0, from) + pattern.slice(from + length), path };
    if (path.length > 0) yield { pattern, path: path.slice(0, Math.floor(path.length / 2)) };
    if (path.length > 0) yield { pattern, path: path.slice(1) };
  },
  show: (input) => JSON.stringify(input),
};
