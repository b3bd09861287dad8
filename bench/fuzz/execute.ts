import { HeadstartError } from '../../src/domain/errors';
import { deriveRng } from '../../src/domain/rng';
import type { FuzzTarget, Verdict } from './target';

/** What came of one input; `crash` is what was thrown, where that was no HeadstartError. */
export type Outcome = { readonly verdict: Verdict } | { readonly verdict: 'crash'; readonly thrown: unknown };

export function makeInput<Input>(target: FuzzTarget<Input>, seed: number, number: number): Input {
  return target.make(deriveRng(seed, `fuzz ${target.name} ${String(number)}`));
}

export async function execute<Input>(target: FuzzTarget<Input>, input: Input): Promise<Outcome> {
  try {
    return { verdict: await target.run(input) };
  } catch (thrown) {
    return thrown instanceof HeadstartError && thrown.code !== 'unexpected'
      ? { verdict: 'refused' }
      : { verdict: 'crash', thrown };
  }
}

function wordsOf(outcome: Outcome): string | null {
  if (outcome.verdict !== 'crash') return null;
  return outcome.thrown instanceof Error ? outcome.thrown.message : String(outcome.thrown);
}

/** Smaller and smaller inputs that crash in the same words; ends after so many tries. */
export async function shrink<Input>(target: FuzzTarget<Input>, input: Input, tries = 20_000): Promise<Input> {
  let smallest = input;
  const words = wordsOf(await execute(target, input));
  let left = tries;
  for (let found = true; found && left > 0;) {
    found = false;
    for (const smaller of target.smaller(smallest)) {
      if (left-- <= 0) break;
      if (wordsOf(await execute(target, smaller)) !== words) continue;
      smallest = smaller;
      found = true;
      break;
    }
  }
  return smallest;
}
