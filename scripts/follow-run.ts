import type { RunRecord, SamplePrediction } from '../src/domain/history';
import { PlainFailure } from './install.mjs';
import { pageFailure, type Session } from './session';

export interface FollowedRun {
  readonly run: RunRecord;
  /** One for each validation picture. */
  readonly predictions: readonly SamplePrediction[];
}

/**
 * Presses Train and waits for the end, giving each line of the log as it comes.
 * Throws the page's error as a PlainFailure; the page is asked, so that a run that never started is an error too.
 */
export async function followRun({ page, store, pageErrors }: Session, onLine: (line: string) => void): Promise<FollowedRun> {
  const former = await store.evaluate((handle) => handle.getState().run.result?.id ?? null);
  // Not awaited in the page: a long promise there would hide everything until the end.
  await store.evaluate((handle) => {
    void handle.getState().actions.train();
  });
  let printed = 0;
  for (;;) {
    const { phase, lines, error, workerDead } = await store.evaluate((handle, from) => {
      const { run, workerDead: dead } = handle.getState();
      return { phase: run.phase, lines: run.log.slice(from), error: run.error, workerDead: dead };
    }, printed);
    lines.forEach(onLine);
    printed += lines.length;
    const failure = workerDead ?? error;
    if (failure !== null) throw pageFailure(failure);
    if (pageErrors.length > 0) throw new PlainFailure(`The page failed: ${pageErrors.join('; ')}`);
    if (phase === 'done') break;
    if (phase !== 'running' && phase !== 'stopping') throw new PlainFailure(`The run did not start (${phase}).`);
    await page.waitForTimeout(200);
  }
  const { result, predictions } = await store.evaluate((handle) => {
    const { run } = handle.getState();
    return { result: run.result, predictions: run.predictions };
  });
  if (result === null || result.id === former) throw new PlainFailure('The run ended without a result.');
  return { run: result, predictions };
}
