import type { Prediction } from '../domain/history';
import { featureCount } from '../domain/vgg16';
import type { KeptHead } from '../protocol/compute-api';
import * as tf from '@tensorflow/tfjs-core';
import { argmax, measureBatch } from './cross-entropy';
import type { Compute } from './device';
import { unpackFeatures, type PackedFeatures } from '../storage/packed-features';
import { computeLogits, disposeHead, uploadHead } from './head';

/** What a kept head makes of one picture's features, packed as those that it was trained on. */
export async function predictFeatures(
  features: PackedFeatures,
  kept: KeptHead,
  compute: Compute,
): Promise<Omit<Prediction, 'milliseconds'>> {
  const [prediction] = await predictRows([features], kept, compute);
  if (prediction === undefined) throw new RangeError('a picture has one prediction');
  return prediction;
}

/** The same of several pictures, in their order. */
export async function predictRows(
  features: readonly PackedFeatures[],
  kept: KeptHead,
  compute: Compute,
): Promise<Omit<Prediction, 'milliseconds'>[]> {
  const { classNames, config } = kept.run;
  const rows = new Float32Array(features.length * featureCount);
  features.forEach((row, at) => {
    unpackFeatures(row, config.featureNorm, rows, at * featureCount);
  });
  const head = uploadHead(kept);
  const x = tf.tensor2d(rows, [features.length, featureCount]);
  const tensor = computeLogits(head, x);
  try {
    const all = await compute.orFailure(tensor.data<'float32'>());
    return features.map((_, at) => {
      const logits = all.subarray(at * classNames.length, (at + 1) * classNames.length);
      const classIndex = argmax(logits);
      const { probabilities } = measureBatch(logits, [classIndex], classNames.length);
      return { classIndex, className: classNames[classIndex] ?? '', logits: [...logits], probabilities: [...probabilities] };
    });
  } finally {
    disposeHead(head);
    tf.dispose([x, tensor]);
  }
}
