import { defuse, writeCsv } from '../csv';
import type { ManyPrediction } from './many';

/** With 6 digits, as few as say the same to anybody; what is no number stays empty. */
function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '';
}

/** One row a picture: file, label (the predicted class), and the probability of each class. RFC 4180, UTF-8. */
export function writePredictions(predictions: readonly ManyPrediction[], classNames: readonly string[]): string {
  return writeCsv([
    ['file', 'label', ...classNames.map((name) => `probability of ${name}`)],
    ...predictions.map(({ path, classIndex, probabilities }) => [
      defuse(path),
      defuse(classNames[classIndex] ?? ''),
      ...classNames.map((_, at) => number(probabilities[at] ?? Number.NaN)),
    ]),
  ]);
}
