import type { KeepPage, KeepTimes } from './keep-protocol';

const measure: KeepPage['measure'] = (request) =>
  new Promise<KeepTimes>((resolve, reject) => {
    const worker = new Worker(new URL('./keep.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data: answer }: MessageEvent<{ result: KeepTimes } | { error: string }>) => {
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.result);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage(request);
  });

Object.assign(globalThis, { bench: { measure } });
