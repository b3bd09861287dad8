import { createBrowserEnvironment } from '../../src/engine/device-environment';
import { WeightsLoader } from '../../src/engine/weights/weights-loader';
import { createBenchPixels } from '../features/pictures';
import { askOnnx } from './onnx-peer';
import { askHeadstart, askTfjs } from './peers';
import type { FromGpuPeer, GpuAnswer, GpuRequest } from './protocol';

const pictures = new Map<number, Uint8Array>();

function read(index: number): Uint8Array {
  const pixels = pictures.get(index) ?? createBenchPixels(index);
  pictures.set(index, pixels);
  return pixels;
}

async function answer(request: GpuRequest): Promise<GpuAnswer> {
  const { weights } = await new WeightsLoader().load(request.weights, () => undefined, new AbortController().signal);
  for (let index = 0; index < Math.max(...request.batches); index++) read(index); // drawing takes time too
  switch (request.peer) {
    case 'headstart':
      return askHeadstart(weights, createBrowserEnvironment(), request, read);
    case 'tfjs-webgpu':
      return askTfjs(weights, createBrowserEnvironment(), read);
    case 'onnxruntime-web-webgpu':
      return askOnnx(weights, read);
  }
}

self.onmessage = ({ data: request }: MessageEvent<GpuRequest>) => {
  answer(request).then(
    (done) => {
      self.postMessage({ kind: 'answered', answer: done } satisfies FromGpuPeer);
    },
    (error: unknown) => {
      self.postMessage({ kind: 'failed', words: String(error) } satisfies FromGpuPeer);
    },
  );
};
