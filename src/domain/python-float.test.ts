import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pythonFloat } from './python-float';
import pairs from './fixtures/python-float.json';

/** The fixture holds a double's 8 bytes, big-endian, in hexadecimal, beside what `repr` gave in Python 3. */
function fromHex(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE();
}

test('the text of a float equals the one that Python printed for the same bits', () => {
  expect(pairs.length).toBeGreaterThan(200);
  const ours = pairs.map(([hex = '']) => [hex, pythonFloat(fromHex(hex))]);
  expect(ours).toEqual(pairs);
});

test('any number reads back as itself and looks like a float', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      const text = pythonFloat(x);
      expect(text).toMatch(/^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,3})$/);
      expect(Object.is(Number(text), x)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
