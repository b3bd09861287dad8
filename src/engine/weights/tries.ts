import { type HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { Delay } from '../../domain/wait';

/** A failure that another try may mend. */
export class Passing extends Error {
  constructor(readonly reason: HeadstartError) {
    super(reason.message, { cause: reason });
  }
}

const tries = 4;
const firstDelay = 500;
/** Answers that mean "later", besides every 5xx. */
const passingStatus = new Set([408, 425, 429]);

export const isPassingStatus = (status: number): boolean => status >= 500 || passingStatus.has(status);

/**
 * At most four tries with exponential waits and jitter between them, as long as what fails is Passing; its reason is thrown at last.
 * Rejects with `cancelled` once the signal is aborted.
 */
export async function withTries<T>(
  attempt: (number: number) => Promise<T>,
  { delay, random }: { readonly delay: Delay; readonly random: () => number },
  signal: AbortSignal,
): Promise<T> {
  for (let number = 0; ; number++) {
    throwIfCancelled(signal);
    try {
      return await attempt(number);
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (number === tries - 1) throw error.reason;
      // Half fixed, half by chance, so that many files and many visitors do not come back at the same moment.
      await delay(firstDelay * 2 ** number * (0.5 + random() / 2), signal);
    }
  }
}
