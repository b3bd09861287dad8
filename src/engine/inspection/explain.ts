import { evidenceOf } from '../../domain/evaluation/evidence';
import type { Explanation } from '../../domain/evaluation/inspection';
import type { Prediction } from '../../domain/history';
import { featureCount } from '../../domain/vgg16';
import type { KeptHead } from '../../protocol/compute-api';

/** What each cell adds to each logit. `features` are unscaled, `[25088]`, of the backbone that the head was trained with. */
export function explainPrediction(prediction: Prediction, features: Float32Array, { run, weight, bias }: KeptHead): Explanation {
  const evidence = run.classNames.map((_, classIndex) =>
    evidenceOf(
      features,
      weight.subarray(classIndex * featureCount, (classIndex + 1) * featureCount),
      bias[classIndex] ?? NaN,
      run.config.featureNorm,
    ),
  );
  return { prediction, bias: [...bias], cells: evidence.map(({ cells }) => cells) };
}
