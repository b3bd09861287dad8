import { describe, expect, it } from 'vitest';
import { execute, makeInput, shrink } from './execute';
import type { FuzzTarget } from './target';
import { fuzzTargets } from './targets';

/** Another seed than the suite's, which gives each a hundred thousand: see `npm run bench -- fuzz`. */
const seed = 20261128;
const inputs = 150;

describe('hostile inputs are refused with a code or taken whole', () => {
  it.each(fuzzTargets)('by the parser of $name', (hidden) =>
    hidden.use(async (target) => {
      const verdicts = new Set<string>();
      for (let number = 0; number < inputs; number += 1) {
        const input = makeInput(target, seed, number);
        const outcome = await execute(target, input);
        if (outcome.verdict === 'crash')
          expect.unreachable(`${String(outcome.thrown)}\n${target.show(await shrink(target, input, 500))}`);
        verdicts.add(outcome.verdict);
      }
      // Inputs that are all refused, or all taken, try nothing.
      expect([...verdicts].sort()).toEqual(['accepted', 'refused']);
    }),
  );
});

describe('the fuzzing itself', () => {
  it('gives the same input for the same seed and number, and another one for others', () =>
    fuzzTargets[0]?.use((target) => {
      const shown = (number: number) => target.show(makeInput(target, 1, number));
      expect(shown(5)).toBe(shown(5));
      expect(shown(5)).not.toBe(shown(6));
    }));

  it('finds a crash and makes its input smaller', async () => {
    const target: FuzzTarget<string> = {
      name: 'letters',
      of: 'nothing',
      make: (rng) => Array.from({ length: 40 }, () => 'abcdefx'[rng.integer(7)]).join(''),
      run: (text) => {
        if (/a.*b/.test(text)) throw new TypeError('a before b');
        return 'refused';
      },
      *smaller(text) {
        for (let at = 0; at < text.length; at += 1) yield text.slice(0, at) + text.slice(at + 1);
      },
      show: (text) => text,
    };
    const input = makeInput(target, 1, 0);
    expect(await execute(target, input)).toMatchObject({ verdict: 'crash', thrown: { message: 'a before b' } });
    expect(await shrink(target, input)).toBe('ab');
  });
});
