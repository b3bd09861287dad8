import { createCompute } from '../../src/engine/device';
import { createBrowserEnvironment } from '../../src/engine/device-environment';
import { createTfjsBackbone } from '../../src/engine/tfjs-backbone';
import { WeightsLoader } from '../../src/engine/weights/weights-loader';
import type { ExtractedFeatures, ExtractRequest } from './features-protocol';
import { createBenchPixels } from './pictures';

async function extract({ device, weights, pictures }: ExtractRequest): Promise<ExtractedFeatures> {
  const compute = await createCompute(device, createBrowserEnvironment());
  const loaded = await new WeightsLoader().load(weights, () => undefined, new AbortController().signal);
  const backbone = createTfjsBackbone(loaded.weights, compute);
  const seconds: number[] = [];
  const features: number[][] = [];
  // One more at the start: it compiles and allocates.
  for (let index = -1; index < pictures; index += 1) {
    const pixels = createBenchPixels(Math.max(0, index));
    const started = performance.now();
    const values = await backbone.extractFeatures(pixels);
    if (index < 0) continue;
    seconds.push((performance.now() - started) / 1000);
    features.push([...values]);
  }
  const { adapter, threads, computePlan, device: obtained } = compute.status;
  backbone.dispose();
  compute.dispose();
  return { error: null, device: obtained, adapter, threads, computePlan, seconds, features };
}

self.onmessage = ({ data: request }: MessageEvent<ExtractRequest>) => {
  extract(request).then(
    (answer) => {
      self.postMessage(answer);
    },
    (error: unknown) => {
      self.postMessage({ error: String(error) });
    },
  );
};
