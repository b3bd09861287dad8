import { featureCount } from '../../domain/vgg16';

/** A linear head's gradient, or its momentum. */
interface HeadValues {
  /** `[classes, 25088]`. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

interface HeadAnswer {
  readonly loss: number;
  /** `[n, 25088]`. */
  readonly featureGradients: Float32Array;
  readonly gradient: HeadValues;
}

export interface PlainHead {
  /** Mean cross-entropy of features `[n, 25088]` and its gradients. */
  learn(features: Float32Array, labels: readonly number[]): HeadAnswer;
  /** torch.optim.SGD. */
  update(gradient: HeadValues, settings: { readonly learningRate: number; readonly momentum: number }): void;
}

/** Uniform in [-0.5, 0.5), as `lcg` of reference/make.py gives it. */
function createLcg(seed: number, count: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

/** A linear head in plain float64 to test a backbone's gradients with: weights `lcg(seed) * scale`, bias 0. */
export function createPlainHead(classes: number, seed: number, scale: number): PlainHead {
  const weight = createLcg(seed, classes * featureCount).map((value) => value * Math.fround(scale));
  const bias = new Float32Array(classes);
  let momentum: HeadValues | null = null;
  return {
    learn(features, labels) {
      const pictures = labels.length;
      const featureGradients = new Float64Array(features.length);
      const gradient = { weight: new Float64Array(weight.length), bias: new Float64Array(classes) };
      let loss = 0;
      for (let picture = 0; picture < pictures; picture++) {
        const own = features.subarray(picture * featureCount, (picture + 1) * featureCount);
        const logits = Array.from(bias, (start, c) =>
          own.reduce((sum, value, at) => sum + value * (weight[c * featureCount + at] ?? NaN), start),
        );
        const most = Math.max(...logits);
        const all = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
        logits.forEach((logit, c) => {
          const isOwn = c === labels[picture];
          if (isOwn) loss += (Math.log(all) + most - logit) / pictures;
          const slope = (Math.exp(logit - most) / all - (isOwn ? 1 : 0)) / pictures;
          gradient.bias[c] = (gradient.bias[c] ?? NaN) + slope;
          for (let at = 0; at < featureCount; at++) {
            const place = c * featureCount + at;
            gradient.weight[place] = (gradient.weight[place] ?? NaN) + slope * (own[at] ?? NaN);
            const input = picture * featureCount + at;
            featureGradients[input] = (featureGradients[input] ?? NaN) + slope * (weight[place] ?? NaN);
          }
        });
      }
      return {
        loss,
        featureGradients: Float32Array.from(featureGradients),
        gradient: { weight: Float32Array.from(gradient.weight), bias: Float32Array.from(gradient.bias) },
      };
    },

    update(gradient, { learningRate, momentum: keep }) {
      const before = momentum;
      const move = (values: Float32Array, own: Float32Array, kept: Float32Array | undefined) =>
        own.map((slope, at) => {
          const buffer = (kept?.[at] ?? 0) * keep + slope;
          values[at] = (values[at] ?? NaN) - learningRate * buffer;
          return buffer;
        });
      momentum = {
        weight: move(weight, gradient.weight, before?.weight),
        bias: move(bias, gradient.bias, before?.bias),
      };
    },
  };
}
