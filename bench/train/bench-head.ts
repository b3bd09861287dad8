import { featureCount } from '../../src/domain/vgg16';
import { benchLearningRate, benchMomentum } from './train-protocol';

const classes = 2;

/** `[2, 25088]`, `((i * 37) mod 101 - 50) / 5000`. */
export function headWeight(): Float32Array {
  return Float32Array.from({ length: classes * featureCount }, (_, at) => (((at * 37) % 101) - 50) / 5000);
}

/** A linear head of two classes in float32 with SGD, fast enough not to count: weights `headWeight()`, bias 0. */
export function createBenchHead(): {
  /** Mean cross-entropy of `[n, 25088]` with the labels 0, 1, 0, 1, …, its gradient by the features, and one SGD step. */
  learn(features: Float32Array): { loss: number; featureGradients: Float32Array };
} {
  const weight = headWeight();
  const bias = new Float32Array(classes);
  const weightMomentum = new Float32Array(weight.length);
  const biasMomentum = new Float32Array(classes);
  return {
    learn(features) {
      const pictures = features.length / featureCount;
      const slopes = new Float32Array(pictures * classes);
      let loss = 0;
      for (let picture = 0; picture < pictures; picture++) {
        const logits = [0, 1].map((c) => {
          let sum = bias[c] ?? NaN;
          for (let at = 0; at < featureCount; at++)
            sum += (features[picture * featureCount + at] ?? NaN) * (weight[c * featureCount + at] ?? NaN);
          return sum;
        });
        const most = Math.max(...logits);
        const all = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
        for (const [c, logit] of logits.entries()) {
          const own = c === picture % 2 ? 1 : 0;
          loss += (own * (Math.log(all) + most - logit)) / pictures;
          slopes[picture * classes + c] = (Math.exp(logit - most) / all - own) / pictures;
        }
      }
      const featureGradients = new Float32Array(features.length);
      for (let c = 0; c < classes; c++) {
        let total = 0;
        for (let picture = 0; picture < pictures; picture++) total += slopes[picture * classes + c] ?? NaN;
        biasMomentum[c] = (biasMomentum[c] ?? NaN) * benchMomentum + total;
        bias[c] = (bias[c] ?? NaN) - benchLearningRate * (biasMomentum[c] ?? NaN);
        for (let at = 0; at < featureCount; at++) {
          const place = c * featureCount + at;
          const own = weight[place] ?? NaN;
          let slope = 0;
          for (let picture = 0; picture < pictures; picture++) {
            const by = slopes[picture * classes + c] ?? NaN;
            const input = picture * featureCount + at;
            slope += by * (features[input] ?? NaN);
            featureGradients[input] = (featureGradients[input] ?? NaN) + by * own;
          }
          const moved = (weightMomentum[place] ?? NaN) * benchMomentum + slope;
          weightMomentum[place] = moved;
          weight[place] = own - benchLearningRate * moved;
        }
      }
      return { loss, featureGradients };
    },
  };
}
