import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proposeMerges } from './merges';

const merge = (names: Readonly<Record<string, number>>, present: readonly string[] = []) =>
  proposeMerges(
    Object.entries(names).map(([name, pictures]) => ({ name, pictures })),
    present,
  );

describe('names that seem to mean one class', () => {
  test.each<[string, Readonly<Record<string, number>>, readonly string[], readonly { into: string; from: readonly string[] }[]]>([
    ['case, plural and number', { Cats: 3, 'cat 2': 2, cat: 9, dog: 4 }, [], [{ into: 'cat', from: ['Cats', 'cat 2'] }]],
    ['a plural and a number without the bare name', { Cats: 5, 'cat 2': 2 }, [], [{ into: 'Cats', from: ['cat 2'] }]],
    [
      'copies',
      { cat: 5, 'cat - Copy': 2, 'cat copy 2': 1, 'cat (3)': 1 },
      [],
      [{ into: 'cat', from: ['cat (3)', 'cat copy 2', 'cat - Copy'] }],
    ],
    ['dashes for blanks', { 'great pyrenees': 2, great_pyrenees: 3 }, [], [{ into: 'great_pyrenees', from: ['great pyrenees'] }]],
    [
      'other plurals',
      { box: 3, boxes: 2, puppy: 2, puppies: 4 },
      [],
      [
        { into: 'puppies', from: ['puppy'] },
        { into: 'box', from: ['boxes'] },
      ],
    ],
    ['wide letters', { ＣＡＴ: 1, cat: 2 }, [], [{ into: 'cat', from: ['ＣＡＴ'] }]],
    ['a class of the project', { cats: 50 }, ['cat'], [{ into: 'cat', from: ['cats'] }]],
    ['a series, which is none', Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`person ${String(at)}`, 2])), [], []],
    [
      'a long series beside its bare name, which is none',
      { person: 2, ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`person ${String(at + 1)}`, 2])) },
      [],
      [],
    ],
    ['numbers alone', { 1: 2, 2: 2, 10: 2, '01': 2 }, [], []],
    ['numbered names without a bare one', { 'cat 1': 2, 'cat 2': 2 }, [], []],
    ['words that merely end in s', { glass: 2, glas: 2, bus: 1, grass: 2 }, [], []],
    ['names of objects', { __proto__: 2, constructor: 3, toString: 1 }, [], []],
  ])('%s', (_title, names, present, expected) => {
    const sort = (found: readonly { into: string; from: readonly string[] }[]) =>
      found.map(({ into, from }) => ({ into, from: [...from].sort() })).sort((a, b) => (a.into < b.into ? -1 : 1));
    expect(sort(merge(names, present))).toEqual(sort(expected));
  });

  test('no name is in two proposals, none merges into itself, and the order does not matter', () => {
    const base = fc.constantFrom('cat', 'dog', 'fish', '猫', '1', '');
    const ending = fc.constantFrom('', 's', ' 2', '_3', ' - Copy', ' (1)', 'S', ' copy 2');
    const name = fc.tuple(base, ending).map((both) => both.join('') || 'x');
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.uniqueArray(name, { maxLength: 3 }), (names, present) => {
        const found = names.map((each, at) => ({ name: each, pictures: (at % 3) + 1 }));
        const merges = proposeMerges(found, present);
        const mentioned = merges.flatMap(({ into, from }) => [into, ...from]);
        expect(new Set(mentioned).size).toBe(mentioned.length);
        for (const { from } of merges) for (const each of from) expect(names).toContain(each);
        expect(proposeMerges([...found].reverse(), [...present].reverse())).toEqual(merges);
      }),
    );
  });
});
