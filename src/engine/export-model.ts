import { HeadstartError, throwIfCancelled } from '../domain/errors';
import type { ExportedTensor, ModelParts } from '../domain/model-export';
import type { BackboneIdentity } from '../domain/model-import';
import { hasOwnConvolutions } from '../domain/history';
import { featureCount } from '../domain/vgg16';
import { sha256Hex } from '../domain/sha256';
import type { CertifiedPicture, KeptHead } from '../protocol/compute-api';
import { packFeatures } from '../storage/packed-features';
import type { Backbone } from './backbone';
import type { Compute } from './device';
import type { FeatureStore } from './feature-store';
import { predictFeatures } from './predict';
import { trainedTensors } from './trained-tensors';
import { readConvTensors, withTensors, type BackboneWeights } from './weights/conv-weights';
import { yieldToTasks } from './yield';

export interface CertifyParts {
  readonly compute: Compute;
  /** With the trained tensors in their place. */
  readonly backbone: Backbone;
  readonly store: Pick<FeatureStore, 'pack'>;
  readonly onPicture: (done: number) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/**
 * What the head says of pictures as a program that rounds nothing would: features of a frozen backbone are rounded to float16 on the
 * page, so what it shows is told beside it.
 */
export async function certifyPictures(
  kept: KeptHead,
  pictures: readonly Uint8Array[],
  { compute, backbone, store, onPicture, signal, now }: CertifyParts,
): Promise<readonly CertifiedPicture[]> {
  const isFineTuned = hasOwnConvolutions(kept.run);
  const certified: CertifiedPicture[] = [];
  for (const pixels of pictures) {
    await yieldToTasks();
    throwIfCancelled(signal);
    const started = now();
    const features = await backbone.extractFeatures(pixels, undefined, signal);
    const said = await predictFeatures(packFeatures(features, 'float32'), kept, compute);
    const prediction = { ...said, milliseconds: now() - started };
    const shown = isFineTuned ? said : await predictFeatures(store.pack(features), kept, compute);
    certified.push({ prediction, shownLogits: shown.logits });
    onPicture(certified.length);
  }
  return certified;
}

/** `backbone` is what the weights are, where they came in. Throws `model-not-finite`, `weights-tensor-invalid`, `project-invalid`. */
export async function readModelParts(
  { run, weight, bias, tensors }: KeptHead,
  weights: BackboneWeights,
  backbone: BackboneIdentity | null = null,
): Promise<ModelParts> {
  const trained = trainedTensors(tensors);
  if (trained === null) throw new HeadstartError('project-invalid');
  const classes = bias.length;
  const all: ExportedTensor[] = [
    ...readConvTensors(withTensors(weights, trained)),
    { name: 'classifier.weight', shape: [classes, featureCount], values: weight.slice() },
    { name: 'classifier.bias', shape: [classes], values: bias.slice() },
  ];
  const lines: string[] = [];
  for (const { name, values } of all) {
    // A sum is finite only where each value is: float64 has room for all of them.
    if (!Number.isFinite(values.reduce((sum, value) => sum + value, 0)))
      throw new HeadstartError('model-not-finite', { tensor: name });
    lines.push(`${name} ${await sha256Hex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))}\n`);
  }
  const fingerprint = await sha256Hex(new TextEncoder().encode(lines.join('')));
  return { run, tensors: all, scaling: weights.scaling, backbone, fingerprint };
}
