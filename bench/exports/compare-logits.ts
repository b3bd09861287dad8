import { certificateBounds, type ExportPrecision } from '../../src/domain/model-export';

/** What a model says of each photo, by the file's name. */
export type Logits = ReadonlyMap<string, readonly number[]>;

export interface Difference {
  /** Between two logits, over the rms of all known ones; NaN where one is missing or no number. */
  readonly largest: number;
  /** Photos whose largest logit is another. */
  readonly changed: number;
}

function argmax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

export function compareLogits(known: Logits, other: Logits): Difference {
  const all = [...known.values()].flat();
  const rms = Math.sqrt(all.reduce((sum, logit) => sum + logit * logit, 0) / all.length);
  const differences: number[] = [];
  let changed = 0;
  for (const [name, logits] of known) {
    const theirs = other.get(name) ?? [];
    logits.forEach((logit, index) => differences.push(Math.abs(logit - (theirs[index] ?? NaN)) / rms));
    if (argmax(logits) !== argmax(theirs)) changed += 1;
  }
  return { largest: Math.max(...differences), changed };
}

/**
 * The largest difference that photos read from their files may have, over the logits' rms: decoded by Pillow or by a browser, both by
 * libjpeg-turbo, whose pixels are the page's own but for a level here and there. Measured: README, “Take the model with you”.
 */
export const fileBounds: Readonly<Record<ExportPrecision, number>> = { float32: 1e-4, float16: 1e-2 };

export interface Measured {
  readonly precision: ExportPrecision;
  readonly samePixels: number;
  /** Null where it was not asked. */
  readonly fromFiles: number | null;
}

/** What is beyond its bound, in a sentence; null where nothing is. What is no number is beyond any. */
export function judge({ precision, samePixels, fromFiles }: Measured): string | null {
  const pixels = certificateBounds[precision];
  if (!(samePixels <= pixels)) return `from the same pixels ${String(samePixels)} of the logits’ rms, above ${String(pixels)}`;
  const files = fileBounds[precision];
  if (fromFiles !== null && !(fromFiles <= files))
    return `from files ${String(fromFiles)} of the logits’ rms, above ${String(files)}`;
  return null;
}
