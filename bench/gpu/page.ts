import type { FromGpuPeer, GpuAnswer, GpuRequest } from './protocol';

/** Float32Arrays do not cross to Node as they are. */
export type PlainAnswer = Omit<GpuAnswer, 'runs'> & {
  readonly runs: readonly {
    readonly batch: number;
    readonly seconds: readonly number[];
    readonly features: readonly (readonly number[])[];
  }[];
};

/** Asks a peer in a worker of its own, as the app computes. */
function ask(request: GpuRequest): Promise<PlainAnswer> {
  const worker = new Worker(new URL('./peer.worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromGpuPeer>) => {
      worker.terminate();
      if (data.kind === 'failed') reject(new Error(data.words));
      else
        resolve({
          ...data.answer,
          runs: data.answer.runs.map((run) => ({ ...run, features: run.features.map((values) => [...values]) })),
        });
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage(request);
  });
}

Object.assign(globalThis, { ask });
