import type { ErrorRecord } from '../domain/errors';
import { toHeadstartError } from '../domain/errors';
import type { Prediction } from '../domain/history';
import type { ManyEvent, ManyReport } from '../domain/many/many';

/** A picture that is only looked at: as the network sees it, and small. */
export interface GlancedPicture {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly thumbnail: Blob;
}

export type Glance = { readonly ok: true; readonly value: GlancedPicture } | { readonly ok: false; readonly reason: ErrorRecord };

export interface PredictManyParts {
  readonly paths: readonly string[];
  /** Decodes one; rejects only when nothing can be decoded any more, or with `cancelled`. */
  readonly glance: (path: string, signal: AbortSignal) => Promise<Glance>;
  readonly predict: (pixels: readonly Uint8Array[], signal: AbortSignal) => Promise<readonly Prediction[]>;
  /** How many are decoded ahead. */
  readonly ahead: number;
  /** How many pass through the network together. */
  readonly batch: number;
  readonly onEvent: (event: ManyEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds, steady. */
  readonly now: () => number;
}

/**
 * Predicts pictures one after another, decoding the next meanwhile: what is held at a time does not grow with their number. A file that is no
 * picture is told as skipped; what fails otherwise rejects, and what was told stands. Cancelling resolves.
 */
export async function predictMany({
  paths,
  glance,
  predict,
  ahead,
  batch,
  onEvent,
  signal,
  now,
}: PredictManyParts): Promise<ManyReport> {
  const started = now();
  const count = { predicted: 0, skipped: 0 };
  // Ends what is decoded ahead, also after a failure.
  const stop = new AbortController();
  const abort = () => {
    stop.abort();
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const glances: Promise<Glance>[] = [];
  let next = 0;
  const lookAhead = () => {
    for (; next < paths.length && glances.length < ahead; next += 1) {
      const begun = glance(paths[next] ?? '', stop.signal);
      begun.catch(() => undefined); // heard when its turn comes
      glances.push(begun);
    }
  };
  const tell = () => {
    const done = count.predicted + count.skipped;
    const seconds = (now() - started) / 1000;
    const secondsLeft = done === 0 ? null : (seconds / done) * (paths.length - done);
    onEvent({ kind: 'progress', done, total: paths.length, secondsLeft });
  };
  try {
    onEvent({ kind: 'progress', done: 0, total: paths.length, secondsLeft: null });
    for (let at = 0; at < paths.length;) {
      const group: { readonly path: string; readonly picture: GlancedPicture }[] = [];
      for (; at < paths.length && group.length < batch; at += 1) {
        lookAhead();
        const [path, outcome] = [paths[at] ?? '', await glances.shift()];
        if (outcome?.ok === true) group.push({ path, picture: outcome.value });
        else if (outcome !== undefined) {
          count.skipped += 1;
          onEvent({ kind: 'skipped', file: { path, reason: outcome.reason } });
        }
      }
      lookAhead();
      if (stop.signal.aborted) return { ...count, cancelled: true };
      const predictions =
        group.length === 0
          ? []
          : await predict(
              group.map(({ picture }) => picture.pixels),
              stop.signal,
            );
      const pictures = group.flatMap(({ path, picture: { thumbnail } }, index) => {
        const said = predictions[index];
        if (said === undefined) return [];
        const { classIndex, logits, probabilities } = said;
        return [{ path, classIndex, logits, probabilities, thumbnail }];
      });
      count.predicted += pictures.length;
      if (pictures.length > 0) onEvent({ kind: 'predicted', pictures });
      tell();
    }
    return { ...count, cancelled: false };
  } catch (thrown) {
    if (signal.aborted && toHeadstartError(thrown).code === 'cancelled') return { ...count, cancelled: true };
    throw thrown;
  } finally {
    stop.abort();
    signal.removeEventListener('abort', abort);
  }
}
