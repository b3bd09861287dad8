import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createNamePattern, suggestPattern } from './name-pattern';

const read = (pattern: string, path: string) => createNamePattern(pattern).read(path);
const classOf = (pattern: string, path: string) => read(pattern, path)?.className ?? null;

describe('a pattern of names', () => {
  test.each([
    ['{class}.{number}.*', 'train/cat.0.jpg', 'cat'],
    ['{class}.{number}.*', 'cat.jpg', null],
    ['{class}_{number}.*', 'american_bulldog_12.jpg', 'american_bulldog'],
    ['{class}_{number}.*', 'cat_1_2.jpg', 'cat_1'],
    ['{class} ({number}).*', 'my cat (4).jpeg', 'my cat'],
    ['{class}{number}*', 'cat (4).jpeg', 'cat'],
    ['{number}_{class}.*', '0001_dog.png', 'dog'],
    ['{class}?{number}.*', 'fish-7.png', 'fish'],
    ['img_*_{class}.jpg', 'IMG_2020_05_cat.JPG', 'cat'],
    ['{class}/{split}/*', 'pets/cat/train/1.jpg', 'cat'],
    ['{class}/*', 'a/b/c.jpg', 'b'],
    ['{class}-{number}.*', '猫-٣.jpg', '猫'],
    ['{class}.{number}.*', '😀 face.3.jpg', '😀 face'],
    ['/^(?<class>[a-z]+)_\\d+/', 'dog_12.jpg', 'dog'],
    ['/(cat|dog)/', 'my Dog 7.png', 'Dog'],
    ['/([^_]+)_[0-9]{2,3}\\./', 'x_12.jpg', 'x'],
    ['/([^_]+)_[0-9]{2,3}\\./', 'x_1.jpg', null],
    ['/^(?:a|b)+?(.)/', 'aabc', 'a'],
    ['/(\\w+)$/', 'one two', 'two'],
    ['/([^/]+)\\/[^/]+$/', 'pets/cat/1.jpg', 'cat'],
    ['/(a{0,2})b/', 'aaab', 'aa'],
  ])('%s finds in %s the class %s', (pattern, path, expected) => {
    expect(classOf(pattern, path)).toBe(expected);
  });

  test('a split that it finds is one only where it is called so', () => {
    expect(read('{split}_{class}_{number}.*', 'valid_cat_1.jpg')).toEqual({ className: 'cat', split: 'val' });
    expect(read('{split}_{class}_{number}.*', 'holiday_cat_1.jpg')).toEqual({ className: 'cat', split: null });
  });

  test('a set of many characters that is repeated a thousand times asks each character once', () => {
    const letters = String.fromCodePoint(...Array.from({ length: 150 }, (_, at) => 0x4e00 + at));
    const pattern = createNamePattern(`/((?:[${letters}z]{100}){19})/`);
    expect(pattern.read('z'.repeat(1000))).toBeNull();
    expect(pattern.read(`${'z'.repeat(999)}!`)).toBeNull();
  });

  test.each([
    ['', 'empty'],
    ['cat.*', 'no {class}'],
    ['{class}{nunber}', 'there is no {nunber}'],
    ['/cat/', 'no group'],
    ['/(cat/', 'not closed'],
    ['/cat)(/', ') has no ('],
    ['/([a-/', 'not closed'],
    ['/([z-a])/', 'wrong way round'],
    ['/(?=a)(b)/', 'look-around'],
    ['/(a)\\1/', '\\1'],
    ['/(*)/', 'nothing stands before'],
    ['/(a{200})/', 'repeats more than'],
    ['/((((a{90}){90}){90}){90})/', 'too long'],
    // Brackets around nothing make no step, yet ten thousand million rounds.
    [`/(a)${'(?:'.repeat(5)}${'){100}'.repeat(5)}/`, 'too long'],
    [`/(a)${'(?:'.repeat(12)}${'){2,100}'.repeat(12)}/`, 'too long'],
    [`/${'('.repeat(80)}a${')'.repeat(80)}/`, 'too many brackets'],
    [`{class}${'x'.repeat(300)}`, 'longer than'],
  ])('%s is refused with what is wrong', (pattern, problem) => {
    expect(() => createNamePattern(pattern)).toThrow(
      expect.objectContaining({ code: 'pattern-invalid', message: expect.stringContaining(problem) as unknown }),
    );
  });

  test('what would take a backtracking matcher for ever ends: work grows with the length alone', () => {
    const name = 'a'.repeat(900);
    for (const pattern of ['/^(a+)+$b/', '/((a*)*)*c/', '/(.*.*.*.*.*.*)x/', '/(a|a)*(a|a)*b/'])
      expect(classOf(pattern, name), pattern).toBeNull();
    expect(classOf('/(a*)*$/', name)).not.toBe('b');
    expect(classOf('{class}.{number}.*', 'a'.repeat(5000))).toBeNull();
  });

  test('regular expressions without repetition inside repetition agree with the browser’s', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '(?:a|b)', '(?:ab)');
    const part = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '*?', '+?', '{1,2}', '{2}', '??'))
      .map((both) => both.join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 4 }),
        part,
        fc.array(part, { maxLength: 3 }),
        text,
        (before, inside, after, name) => {
          const source = `${before.join('')}(${inside})${after.join('')}`;
          const expected = new RegExp(source, 'iu').exec(name)?.[1] ?? '';
          expect(classOf(`/${source}/`, name)).toBe(expected === '' ? null : expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('the pattern proposed for names made by one gives their classes back', () => {
    const separator = fc.constantFrom('.', '_', '-', ' ');
    const word = fc.constantFrom('cat', 'dog', 'great pyrenees', '猫', 'собака');
    fc.assert(
      fc.property(separator, fc.array(word, { minLength: 3, maxLength: 30 }), (between, words) => {
        const paths = words.map((name, at) => `in/${name}${between}${String(at)}.jpg`);
        const pattern = createNamePattern(suggestPattern(paths));
        expect(paths.map((path) => pattern.read(path)?.className)).toEqual(words);
      }),
    );
  });

  test('names that no usual pattern fits get the widest', () => {
    expect(suggestPattern(['one.jpg', 'two.jpg'])).toBe('{class}{number}*');
  });
});
