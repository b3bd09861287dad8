import type { CachePage, Comparison } from './cache-protocol';

const compare: CachePage['compare'] = ({ fromInput, ...request }) =>
  new Promise<Comparison>((resolve, reject) => {
    const worker = new Worker(new URL('./compare.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data: answer }: MessageEvent<{ result: Comparison } | { error: string }>) => {
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.result);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    const files = fromInput ? [...(document.querySelector('input')?.files ?? [])] : null;
    worker.postMessage({ ...request, files });
  });

Object.assign(globalThis, { bench: { compare } });
