import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { featureCount, inputValues } from '../../src/domain/vgg16';
import { createPreprocess } from '../../src/engine/preprocessing';
import { createTfjsBackbone } from '../../src/engine/tfjs-backbone';
import { openConvSources, type BackboneWeights } from '../../src/engine/weights/conv-weights';
import { widenFloat16 } from '../../src/domain/float16';
import { WeightsLoader } from '../../src/engine/weights/weights-loader';
import { browserEnvironment, createCpuBackbone } from '../../src/kernels/wasm/cpu-backbone';
import { createOnnxModel } from './onnx-model';
import type { OpenPeer } from './protocol';

export interface Peer {
  readonly note: string;
  run(pixels: readonly Uint8Array[]): Promise<Float32Array[]>;
}

async function loadWeights(url: string): Promise<BackboneWeights> {
  return (await new WeightsLoader().load(url, () => undefined, new AbortController().signal)).weights;
}

async function openHeadstart({ threads, batch, weights: url, mode, relaxed }: OpenPeer): Promise<Peer> {
  const weights = await loadWeights(url);
  const environment = browserEnvironment(
    () => new Worker(new URL('../../src/worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' }),
  );
  const backbone = await createCpuBackbone({
    environment,
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    threads,
    batch,
    mode,
    ...(relaxed ? {} : { relaxed }),
  });
  const { plan, build } = backbone;
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  return {
    note: `${build.shared ? 'shared memory' : 'no shared memory'}, ${build.relaxed ? 'relaxed' : 'plain'} SIMD, ${String(backbone.threads)} threads, filters ${plan.mode}; memory ${mib(plan.bytes)} MiB (filters ${mib(plan.filterBytes)}, batch of ${String(plan.batch)} ${mib(plan.batchBytes)}, scratch ${mib(plan.scratchBytes)})`,
    run: (pixels) => backbone.extractBatch(pixels),
  };
}

async function openOnnx({ threads, weights: url }: OpenPeer): Promise<Peer> {
  const weights = await loadWeights(url);
  const preprocess = createPreprocess(weights.scaling);
  const read = openConvSources(weights);
  const model = createOnnxModel((layer) => {
    const { kernel, bias } = read(layer);
    const aligned = kernel.slice();
    return { kernelOihw: widenFloat16(new Uint16Array(aligned.buffer)), bias };
  });
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = new URL('/node_modules/onnxruntime-web/dist/', self.location.href).href;
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  return {
    note: `onnxruntime-web ${ort.env.versions.web ?? ''}, ${String(ort.env.wasm.numThreads)} threads`,
    run: async (pixels) => {
      const x = new Float32Array(pixels.length * inputValues);
      const places = inputValues / 3;
      for (const [picture, own] of pixels.entries()) {
        const scaled = preprocess(own);
        for (let at = 0; at < inputValues; at++)
          x[picture * inputValues + (at % 3) * places + Math.floor(at / 3)] = scaled[at] ?? 0;
      }
      const { features } = await session.run({ x: new ort.Tensor('float32', x, [pixels.length, 3, 224, 224]) });
      const values = features?.data;
      if (!(values instanceof Float32Array)) throw new Error('onnxruntime-web gave no features');
      return pixels.map((_, at) => values.slice(at * featureCount, (at + 1) * featureCount));
    },
  };
}

async function openTfjs({ threads, weights: url }: OpenPeer): Promise<Peer> {
  const weights = await loadWeights(url);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': simdUrl,
    'tfjs-backend-wasm-simd.wasm': simdUrl,
    'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl,
  });
  tf.env().set('WASM_HAS_SIMD_SUPPORT', true);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
  if (threads > 1) {
    // It takes half of the cores at most, whatever it is told.
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads * 2 });
    setThreadsCount(threads);
  }
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs could not start its WASM backend');
  const backbone = createTfjsBackbone(weights, {
    status: {
      device: 'cpu',
      label: '',
      adapter: null,
      softwareAdapter: false,
      threads,
      computePlan: '',
      reason: null,
      memoryBytes: null,
      selfTest: null,
    },
    device: null,
    adapter: null,
    failure: () => null,
    orFailure: (promise) => promise,
    memory: () => ({ tensors: 0, bytes: 0, gpuBytes: null }),
    dispose: () => undefined,
  });
  return {
    note: `tfjs ${tf.version_core}`,
    run: async (pixels) => {
      const features: Float32Array[] = [];
      for (const picture of pixels) features.push(await backbone.extractFeatures(picture));
      return features;
    },
  };
}

async function openWeightsOnly({ weights: url }: OpenPeer): Promise<Peer> {
  const weights = await loadWeights(url);
  return {
    note: `${String(weights.shards.size)} files`,
    run: (pixels) => Promise.resolve(pixels.map(() => new Float32Array(featureCount))),
  };
}

/** Loads one of the peers in this worker. */
export function openPeer(request: OpenPeer): Promise<Peer> {
  switch (request.peer) {
    case 'headstart':
      return openHeadstart(request);
    case 'onnxruntime-web-wasm':
      return openOnnx(request);
    case 'tfjs-wasm':
      return openTfjs(request);
    case 'weights-only':
      return openWeightsOnly(request);
  }
}
