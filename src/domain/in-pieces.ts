import { throwIfCancelled } from './errors';

/** Something that takes long, written so that it can be left and gone on with at every `yield`. */
export type Work<T> = Generator<undefined, T, undefined>;

/** Does it at one go. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Gives others time; it may decide that none is due yet. */
export type Pause = () => Promise<void> | undefined;

/** Does it with pauses in between. @throws HeadstartError `cancelled`. */
export async function finishInPieces<T>(work: Work<T>, pause: Pause, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await pause();
    throwIfCancelled(signal);
  }
}

/** So many files between two places to leave at: a few milliseconds. */
export const filesAtOnce = 2000;
