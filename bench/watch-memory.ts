import { PlainFailure } from '../scripts/install.mjs';
import type { Session } from '../scripts/session';
import { residentBytes } from './resident-memory';

const sampleIntervalMs = 250;

/** Samples the renderer's resident memory until it is stopped; gives the most, in bytes. */
export function watchMemory(session: Session): () => Promise<number | null> {
  const browser = session.context.browser();
  if (browser === null) throw new PlainFailure('The browser cannot be asked for its processes.');
  let most: number | null = null;
  let sampling = Promise.resolve();
  const timer = setInterval(() => {
    sampling = sampling.then(async () => {
      const bytes = await residentBytes(browser);
      if (bytes !== null) most = Math.max(most ?? 0, bytes);
    });
  }, sampleIntervalMs);
  return async () => {
    clearInterval(timer);
    await sampling;
    return most;
  };
}
