import type { Rng } from '../../src/domain/rng';

/** What a parser made of an input that it did not throw at. */
export type Verdict = 'accepted' | 'refused';

/** A parser of what people or servers give, with a source of hostile inputs. */
export interface FuzzTarget<Input = unknown> {
  readonly name: string;
  /** The modules under test, for the table. */
  readonly of: string;
  /** The same for the same stream: an input is told by seed and number. */
  make(rng: Rng): Input;
  /**
   * A HeadstartError is a refusal too; whatever else is thrown is a defect, also what this throws itself because what was accepted breaks a
   * promise.
   */
  run(input: Input): Verdict | Promise<Verdict>;
  /** Inputs that are smaller, the smallest first; none where nothing can be left out. */
  smaller(input: Input): Iterable<Input>;
  /** For a person who writes a test of it. */
  show(input: Input): string;
}

/** Throws a defect: what was accepted breaks a promise. */
export function promise(kept: boolean, what: string): asserts kept {
  if (!kept) throw new Error(`broken promise: ${what}`);
}

export function pick<T>(rng: Rng, items: readonly T[]): T {
  const item = items[rng.integer(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
