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
  const { classNames, config } = kept.run;
  const row = new Float32Array(featureCount);
  unpackFeatures(features, config.featureNorm, row, 0);
  const head = uploadHead(kept);
  const x = tf.tensor2d(row, [1, featureCount]);
  const tensor = computeLogits(head, x);
  try {
    const logits = await compute.orFailure(tensor.data<'float32'>());
    const classIndex = argmax(logits);
    const { probabilities } = measureBatch(logits, [classIndex], classNames.length);
    return { classIndex, className: classNames[classIndex] ?? '', logits: [...logits], probabilities: [...probabilities] };
  } finally {
    disposeHead(head);
    tf.dispose([x, tensor]);
  }
}
