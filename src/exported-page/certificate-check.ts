import type { EmbeddedCertificate } from './embedded-model';
import type { Answer } from './network';

export interface CheckResult {
  /** Of logits, over the rms of the certificate's. */
  readonly largest: number;
  /** Of probabilities. */
  readonly moved: number;
  readonly passed: boolean;
}

/** Reruns every picture of the certificate. `classify` answers for the picture of that index. */
export async function runCheck(
  { rms, bound, pictures }: EmbeddedCertificate,
  classify: (index: number) => Promise<Pick<Answer, 'logits' | 'probabilities'>>,
  onProgress: (done: number) => void,
): Promise<CheckResult> {
  const differences: number[] = [];
  const moves: number[] = [];
  for (const [index, known] of pictures.entries()) {
    onProgress(index);
    const { logits, probabilities } = await classify(index);
    known.logits.forEach((logit, at) => differences.push(Math.abs((logits[at] ?? NaN) - logit) / (rms || 1)));
    known.probabilities.forEach((share, at) => moves.push(Math.abs((probabilities[at] ?? NaN) - share)));
  }
  // What is no number is no match.
  const largest = Math.max(...differences);
  return { largest, moved: Math.max(...moves), passed: largest <= bound };
}
