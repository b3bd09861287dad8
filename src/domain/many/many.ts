import type { SkippedFile } from '../dataset';

/** What the head says of one picture of many, that is not part of the project. */
export interface ManyPrediction {
  /** As in the listing of the import. */
  readonly path: string;
  readonly classIndex: number;
  /** By class index. */
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
}

/** The same, with a JPEG of at most 112 x 112 pixels to know it by. */
export interface SeenPrediction extends ManyPrediction {
  readonly thumbnail: Blob;
}

/** Laws: `done` counts what was told, never falls, and ends at `total` unless cancelled. Files are told in the order asked for. */
export type ManyEvent =
  | { readonly kind: 'predicted'; readonly pictures: readonly SeenPrediction[] }
  | { readonly kind: 'skipped'; readonly file: SkippedFile }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly secondsLeft: number | null };

export interface ManyReport {
  readonly predicted: number;
  readonly skipped: number;
  readonly cancelled: boolean;
}

/** The probability of the predicted class, and by how much it beats the next; 1 where there is no other. */
export function sureness({ classIndex, probabilities }: Pick<ManyPrediction, 'classIndex' | 'probabilities'>): {
  readonly probability: number;
  readonly margin: number;
} {
  const probability = probabilities[classIndex] ?? Number.NaN;
  let next = 0;
  probabilities.forEach((value, at) => {
    if (at !== classIndex && value > next) next = value;
  });
  return { probability, margin: probability - next };
}

/**
 * The class index that a file's folders name: of its folders, from the innermost outwards, the first that is called as a class is, whatever
 * the case. Null where none is.
 */
export function labelOfPath(path: string, classNames: readonly string[]): number | null {
  const folders = path.split('/').slice(0, -1).reverse();
  const lower = classNames.map((name) => name.normalize('NFC').toLowerCase());
  for (const folder of folders) {
    const exact = classNames.indexOf(folder);
    if (exact >= 0) return exact;
    const alike = lower.indexOf(folder.toLowerCase());
    // Two classes that differ only in case cannot be told apart so.
    if (alike >= 0 && lower.lastIndexOf(folder.toLowerCase()) === alike) return alike;
  }
  return null;
}

export interface FolderScore {
  /** Pictures whose folder names a class. */
  readonly labelled: number;
  readonly right: number;
}

/** How many are right, of those whose folders say what they are; null where none does. */
export function scoreFolders(predictions: readonly ManyPrediction[], classNames: readonly string[]): FolderScore | null {
  let [labelled, right] = [0, 0];
  for (const { path, classIndex } of predictions) {
    const label = labelOfPath(path, classNames);
    if (label === null) continue;
    labelled += 1;
    if (label === classIndex) right += 1;
  }
  return labelled === 0 ? null : { labelled, right };
}

export const manyOrders = ['file', 'class', 'probability', 'margin'] as const;
export type ManyOrder = (typeof manyOrders)[number];

const byFile = new Intl.Collator('en', { numeric: true });

/**
 * Sorted: by file as a person counts (2 before 10), by class and within it the surest first, or the least sure first by probability or margin.
 * What is no number comes first: it is the least sure of all.
 */
export function orderMany<T extends ManyPrediction>(predictions: readonly T[], order: ManyOrder): T[] {
  const keyed = predictions.map((prediction) => ({ prediction, ...sureness(prediction) }));
  const rank = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  keyed.sort((a, b) => {
    const files = byFile.compare(a.prediction.path, b.prediction.path);
    if (order === 'file') return files;
    if (order === 'class')
      return a.prediction.classIndex - b.prediction.classIndex || rank(b.probability) - rank(a.probability) || files;
    const difference = order === 'probability' ? rank(a.probability) - rank(b.probability) : rank(a.margin) - rank(b.margin);
    return (Number.isNaN(difference) ? 0 : difference) || files;
  });
  return keyed.map(({ prediction }) => prediction);
}
