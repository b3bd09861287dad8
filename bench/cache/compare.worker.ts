import { createPreset } from '../../src/domain/presets';
import { featureCount } from '../../src/domain/vgg16';
import { createCompute, type Compute } from '../../src/engine/device';
import { createBrowserEnvironment } from '../../src/engine/device-environment';
import { FeatureStore } from '../../src/engine/feature-store';
import { createKernelBackbone } from '../../src/engine/kernel-backbone';
import { createRunPlan } from '../../src/engine/training/run-plan';
import { goOn } from '../../src/engine/training/run-session';
import { chosenWeights, createRunState } from '../../src/engine/training/run-state';
import { WeightsLoader } from '../../src/engine/weights/weights-loader';
import { decodeFitted } from '../../src/ingest/decode';
import { browserEnvironment } from '../../src/kernels/wasm/cpu-backbone';
import type { RunSample } from '../../src/protocol/engine-api';
import { bytesOf, packFeatures, unpackFeatures, type PackedFeatures } from '../../src/storage/packed-features';
import { createBenchPixels } from '../features/pictures';
import type { Comparison, ComparePictures, HeadComparison } from './cache-protocol';

const drawings = 96;
const presets = ['recommended', 'note'] as const;

interface Picture {
  readonly sample: RunSample;
  readonly pixels: () => Promise<Uint8Array>;
}

/** Every fourth of a class validates. */
function listPictures({ files, labels }: ComparePictures): Picture[] {
  const seen = new Map<number, number>();
  const all = files ?? Array.from({ length: drawings }, () => null);
  return all.map((file, at) => {
    const labelIndex = file === null ? at % 2 : (labels[at] ?? 0);
    const before = seen.get(labelIndex) ?? 0;
    seen.set(labelIndex, before + 1);
    return {
      sample: { id: String(at), labelIndex, split: before % 4 === 3 ? 'val' : 'train' },
      pixels: () => (file === null ? Promise.resolve(createBenchPixels(at)) : decodeFitted(file, 'crop')),
    };
  });
}

/** A picture's features as they were computed, and as they are kept. */
interface Both {
  readonly computed: PackedFeatures;
  readonly kept: PackedFeatures;
}

async function extractAll(request: ComparePictures, pictures: readonly Picture[]): Promise<Both[]> {
  const { weights } = await new WeightsLoader().load(request.weights, () => undefined, new AbortController().signal);
  const backbone = await createKernelBackbone(weights, {
    environment: browserEnvironment(
      () => new Worker(new URL('../../src/worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' }),
    ),
    threads: null,
  });
  const found: Both[] = [];
  for (let from = 0; from < pictures.length; from += backbone.batch) {
    const pixels = await Promise.all(pictures.slice(from, from + backbone.batch).map((picture) => picture.pixels()));
    for (const features of await backbone.extractBatch(pixels))
      found.push({ computed: packFeatures(features, 'float32'), kept: packFeatures(features, 'float16') });
  }
  backbone.dispose();
  return found;
}

const nothing = () => Promise.reject(new Error('every picture is held'));

/** A head as the app trains it, over kept features; and its logits of both. */
async function compareHead(
  preset: HeadComparison['preset'],
  pictures: readonly Picture[],
  both: readonly Both[],
  classNames: readonly string[],
  compute: Compute,
): Promise<HeadComparison> {
  const config = createPreset(preset, 0);
  const store = new FeatureStore(Infinity, { precision: 'float16' });
  const row = (packed: PackedFeatures, norm: number | null) => {
    const out = new Float32Array(featureCount);
    unpackFeatures(packed, norm, out, 0);
    return out;
  };
  both.forEach(({ computed }, at) => {
    store.put(String(at), config.fit, row(computed, null));
  });
  const state = createRunState(
    createRunPlan({ number: 1, config, classNames, samples: pictures.map(({ sample }) => sample) }),
    new Date().toISOString(),
  );
  await goOn(
    state,
    {
      compute,
      backbone: {
        computePlan: '',
        threads: 1,
        memoryBytes: 0,
        gpuBytes: () => 0,
        batch: 1,
        isLost: () => false,
        extractFeatures: nothing,
        extractBatch: nothing,
        training: null,
        dispose: () => undefined,
      },
      training: null,
      store,
      boundaries: new FeatureStore(),
      pixels: nothing,
      onEvent: () => undefined,
      signal: new AbortController().signal,
      now: () => performance.now(),
      keeper: null,
    },
    false,
  );
  const { weight, bias } = chosenWeights(state).head;
  const logitsOf = (packed: PackedFeatures) => {
    const features = row(packed, config.featureNorm);
    return Array.from(bias, (start, c) =>
      features.reduce((sum, value, at) => sum + value * (weight[c * featureCount + at] ?? NaN), start),
    );
  };
  let [squares, moves, largest, count, answersChanged] = [0, 0, 0, 0, 0];
  for (const { computed, kept } of both) {
    const [before, after] = [logitsOf(computed), logitsOf(kept)];
    before.forEach((logit, c) => {
      const move = Math.abs((after[c] ?? NaN) - logit);
      squares += logit * logit;
      moves += move * move;
      largest = Math.max(largest, move);
      count += 1;
    });
    if (before.indexOf(Math.max(...before)) !== after.indexOf(Math.max(...after))) answersChanged += 1;
  }
  const rms = Math.sqrt(squares / count);
  return { preset, pictures: both.length, largestMove: largest / rms, rmsMove: Math.sqrt(moves / count) / rms, answersChanged };
}

async function compare(request: ComparePictures): Promise<Comparison> {
  const pictures = listPictures(request);
  const both = await extractAll(request, pictures);
  const compute = await createCompute('cpu', createBrowserEnvironment());
  const heads: HeadComparison[] = [];
  for (const preset of presets) heads.push(await compareHead(preset, pictures, both, request.classNames, compute));
  compute.dispose();
  const values = both.map(({ computed }) => Float32Array.from(computed.values));
  const mean = (of: (one: Both) => number) => both.reduce((sum, one) => sum + of(one), 0) / both.length;
  return {
    heads,
    pictures: both.length,
    float32Bytes: mean(({ computed }) => bytesOf(computed)),
    float16Bytes: mean(({ kept }) => bytesOf(kept)),
    largestFeature: values.reduce((most, own) => own.reduce((a, b) => Math.max(a, b), most), 0),
    smallestFeature: values.reduce((least, own) => own.reduce((a, b) => (b > 0 && b < a ? b : a), least), Infinity),
    beyondFloat16: both.filter(({ kept }) => kept.values instanceof Float32Array).length,
  };
}

self.onmessage = ({ data: request }: MessageEvent<ComparePictures>) => {
  compare(request).then(
    (result) => {
      self.postMessage({ result });
    },
    (error: unknown) => {
      self.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
};
