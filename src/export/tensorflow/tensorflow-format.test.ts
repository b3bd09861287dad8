import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { beforeAll, describe, expect, it } from 'vitest';
import { sizeOfModel } from '../../domain/model-export';
import { featureCount } from '../../domain/vgg16';
import { onnxFormat } from '../onnx/onnx-format';
import { collectFiles, unpackTo } from '../testing/collect-files';
import { hasPython, runPython } from '../testing/python';
import { createSmallModel, smallCertificate } from '../testing/small-model';
import { turnClassifier, turnKernel } from './graph';
import { tensorflowFormat } from './tensorflow-format';

interface ModelJson {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly { readonly name: string }[];
  }[];
}

async function load(files: ReadonlyMap<string, Uint8Array>) {
  const json = JSON.parse(new TextDecoder().decode(files.get('model.json'))) as ModelJson & tf.io.ModelJSON;
  const [group] = json.weightsManifest;
  const data = Buffer.concat((group?.paths ?? []).map((path) => files.get(path) ?? new Uint8Array(0)));
  const weights = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
  return loadGraphModel(tf.io.fromMemory({ ...json, weightSpecs: group?.weights ?? [], weightData: weights }));
}

function classify(model: Awaited<ReturnType<typeof load>>, pictures: readonly Uint8Array[]): number[][] {
  const outputs = tf.tidy(() => {
    const pixels = tf.tensor4d(Int32Array.from(pictures.flatMap((one) => [...one])), [pictures.length, 224, 224, 3], 'int32');
    const [logits, probabilities] = model.execute({ pixels }, ['logits', 'probabilities']) as [tf.Tensor2D, tf.Tensor2D];
    return { logits: logits.arraySync(), sums: tf.sum(probabilities, 1).arraySync() as number[] };
  });
  outputs.sums.forEach((sum) => expect(sum).toBeCloseTo(1, 5));
  return outputs.logits;
}

const pixels = smallCertificate.pictures.map((picture) => picture.pixels);
const hasRuntime = hasPython('the TensorFlow.js graph against ONNX Runtime', 'onnxruntime', 'PIL', 'numpy');

describe('the TensorFlow.js export', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    setThreadsCount(1);
    await tf.setBackend('wasm');
  });

  it('turns kernels and the classifier as maps lie there', () => {
    // Value = its own index: where index i of OIHW (2 outputs, 3 inputs) lies in HWIO.
    const kernel = { name: '', shape: [2, 3, 3, 3], values: Float32Array.from({ length: 54 }, (_, at) => at) };
    expect([...turnKernel(kernel).subarray(0, 7)]).toEqual([0, 27, 9, 36, 18, 45, 1]);
    const values = Float32Array.from({ length: 2 * featureCount }, (_, at) => at);
    const turned = turnClassifier({ name: '', shape: [2, featureCount], values });
    // Place 0 of channels 0 and 1, then place 1 of channel 0.
    expect([...turned.subarray(0, 4)]).toEqual([0, featureCount, 49, featureCount + 49]);
    expect(turned[512 * 2]).toBe(1);
  });

  it('is as large as was said before, with labels and a page', async () => {
    for (const precision of tensorflowFormat.precisions) {
      const files = await collectFiles(tensorflowFormat.files(createSmallModel(), precision));
      const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
      expect(Math.abs(bytes / tensorflowFormat.estimateBytes(sizeOfModel(2), precision) - 1)).toBeLessThan(0.01);
      const textOf = (path: string) => new TextDecoder().decode(files.get(path));
      expect(textOf('labels.txt')).toBe('cat\n*dog*\n');
      expect(textOf('index.html')).toContain('<script src="tf.min.js">');
      expect(textOf('classify.js')).toMatch(/export \{[^}]*openClassifier/);
    }
  });

  it('keeps all-zero features zero: the logits are the biases', async () => {
    const dark = createSmallModel();
    const tensors = dark.tensors.map((tensor) =>
      tensor.name.startsWith('features.28') ? { ...tensor, values: new Float32Array(tensor.values.length) } : tensor,
    );
    const model = await load(await collectFiles(tensorflowFormat.files({ ...dark, tensors }, 'float32')));
    expect(classify(model, [new Uint8Array(150_528)])).toEqual([[0.25, -1]]);
    model.dispose();
  });

  it.runIf(hasRuntime).each([
    ['float32', 10],
    ['float16', null],
  ] as const)('gives ONNX Runtime’s logits in TensorFlow.js itself: %s, norm %s', async (precision, featureNorm) => {
    const exported = createSmallModel({ featureNorm });
    const folder = await mkdtemp(join(tmpdir(), 'headstart-tfjs-'));
    try {
      await unpackTo(folder, await collectFiles(onnxFormat.files(exported, precision)));
      const script =
        'from session import *; from PIL import Image; print(predict(open_model("."), [np.asarray(Image.open(f"certificate/0{n}.png")) for n in (1, 2)])[0].tolist())';
      const known = JSON.parse(runPython(['-c', script], folder).stdout) as number[][];
      const model = await load(await collectFiles(tensorflowFormat.files(exported, precision)));
      const logits = classify(model, pixels).flat();
      model.dispose();
      const rms = Math.sqrt(known.flat().reduce((sum, logit) => sum + logit * logit, 0) / 4);
      const largest = Math.max(...known.flat().map((logit, at) => Math.abs(logit - (logits[at] ?? NaN)))) / rms;
      console.log(`TensorFlow.js, ${precision}: logits differ from ONNX Runtime's by ${largest.toExponential(1)} of their rms`);
      expect(largest).toBeLessThan(2e-5);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
