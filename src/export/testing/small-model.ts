import type { Certificate, ExportedModel, ExportedTensor } from '../../domain/model-export';
import type { RunRecord } from '../../domain/history';
import { createPreset } from '../../domain/presets';
import { convLayers, featureCount, inputValues } from '../../domain/vgg16';
import { plainRun } from '../../domain/testing/plain-run';

const run: RunRecord = {
  ...plainRun,
  id: '2026-01-02T00:00:00.000Z 3',
  number: 3,
  startedAt: '2026-01-02T00:00:00.000Z',
  config: createPreset('recommended', 7),
  classNames: ['cat', '*dog*'],
  counts: { train: 8, val: 4, test: 0 },
  threads: 2,
  computePlan: 'test float32',
};

/** Two pictures, and logits that nothing computed. */
export const smallCertificate: Certificate = {
  runId: run.id,
  pictures: [0, 1].map((index) => ({
    name: `Drawn cat ${String(index + 1)}`,
    origin: 'drawing',
    pixels: Uint8Array.from({ length: inputValues }, (_, at) => (at * 31 + index * 7 + Math.floor(at / 672)) % 256),
    logits: [1.5 - index, -0.25],
    probabilities: [0.8, 0.2],
    classIndex: 0,
    shownLogits: [1.5 - index, -0.25],
    milliseconds: 100,
  })),
  rms: 0.9354,
  shownDifference: 0,
  milliseconds: 100,
  device: 'cpu',
  computePlan: 'test float32',
};

/** A model of VGG-16's true shapes: small weights of a plain sequence, so that features are finite and not all zero. */
export function createSmallModel(change: Partial<ExportedModel> = {}): ExportedModel {
  const fill = (length: number, size: number, seed: number) => {
    let state = seed >>> 0;
    return Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state / 2 ** 32 - 0.5) * size;
    });
  };
  const convolutions = convLayers.flatMap(({ index, inChannels, outChannels }): ExportedTensor[] => [
    {
      name: `features.${String(index)}.weight`,
      shape: [outChannels, inChannels, 3, 3],
      values: fill(outChannels * inChannels * 9, Math.sqrt(24 / (inChannels * 9)), index),
    },
    { name: `features.${String(index)}.bias`, shape: [outChannels], values: fill(outChannels, 0.1, index + 100) },
  ]);
  return {
    run,
    projectName: 'Cats # and dogs',
    classNames: run.classNames,
    featureNorm: 10,
    fit: 'crop',
    backbone: null,
    scaling: { mean: [0.48501961, 0.45795686, 0.40760392], std: [0.229, 0.224, 0.225] },
    fingerprint: 'f'.repeat(64),
    certificate: smallCertificate,
    tensors: [
      ...convolutions,
      { name: 'classifier.weight', shape: [2, featureCount], values: fill(2 * featureCount, 0.02, 1) },
      { name: 'classifier.bias', shape: [2], values: Float32Array.from([0.25, -1]) },
    ],
    ...change,
  };
}
