import * as ort from 'onnxruntime-web/webgpu';
import { featureCount, inputValues } from '../../src/domain/vgg16';
import { createPreprocess } from '../../src/engine/preprocessing';
import { openConvSources, type BackboneWeights } from '../../src/engine/weights/conv-weights';
import { widenFloat16 } from '../../src/domain/float16';
import { createOnnxModel } from '../cpu/onnx-model';
import { timeRounds, type ReadPixels } from './peers';
import type { GpuAnswer } from './protocol';

/** onnxruntime-web's WebGPU provider, one picture: the cold one, then one more. It has a device of its own. */
export async function askOnnx(weights: BackboneWeights, read: ReadPixels): Promise<GpuAnswer> {
  const preprocess = createPreprocess(weights.scaling);
  const source = openConvSources(weights);
  const model = createOnnxModel((layer) => {
    const { kernel, bias } = source(layer);
    return { kernelOihw: widenFloat16(new Uint16Array(kernel.slice().buffer)), bias };
  });
  ort.env.wasm.wasmPaths = new URL('/node_modules/onnxruntime-web/dist/', self.location.href).href;
  const started = performance.now();
  const session = await ort.InferenceSession.create(model, { executionProviders: ['webgpu'], graphOptimizationLevel: 'all' });
  const run = async () => {
    const scaled = preprocess(read(0));
    const x = Float32Array.from(
      scaled,
      (_, at) => scaled[(at % (inputValues / 3)) * 3 + Math.floor(at / (inputValues / 3))] ?? 0,
    );
    const { features } = await session.run({ x: new ort.Tensor('float32', x, [1, 3, 224, 224]) });
    const values = await features?.getData();
    if (!(values instanceof Float32Array) || values.length !== featureCount) throw new Error('onnxruntime-web gave no features');
    return [values.slice()];
  };
  await run();
  const coldSeconds = (performance.now() - started) / 1000;
  const runs = await timeRounds({ batches: [1], rounds: 1 }, run);
  return { adapter: '', notes: [`onnxruntime-web ${ort.env.versions.web ?? ''}.`], coldSeconds, runs, peak: 0 };
}
