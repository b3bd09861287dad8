import type { ExtractedFeatures, ExtractRequest } from './features-protocol';

/** Extracts in a worker, as the app does. */
function extract(request: ExtractRequest): Promise<ExtractedFeatures> {
  const worker = new Worker(new URL('./features.worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: answer }: MessageEvent<ExtractedFeatures>) => {
      worker.terminate();
      if (answer.error === null) resolve(answer);
      else reject(new Error(answer.error));
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage(request);
  });
}

Object.assign(globalThis, { extract });
