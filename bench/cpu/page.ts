import { loadKernelModule } from '../../src/kernels/wasm/kernel-builds';
import { createKernel } from '../../src/kernels/wasm/kernel';
import type { FromPeer, OpenPeer, ToPeer } from './protocol';

const workers = new Map<string, Worker>();
const features = new Map<string, readonly Float32Array[]>();

function ask(worker: Worker, request: ToPeer): Promise<FromPeer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: answer }: MessageEvent<FromPeer>) => {
      if (answer.kind === 'failed') reject(new Error(answer.words));
      else resolve(answer);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage(request);
  });
}

/** Opens a peer in a worker of its own, under a name. */
async function open(name: string, request: OpenPeer): Promise<{ note: string; seconds: number }> {
  const worker = new Worker(new URL('./peer.worker.ts', import.meta.url), { type: 'module' });
  workers.set(name, worker);
  const answer = await ask(worker, request);
  if (answer.kind !== 'opened') throw new Error(`${name} did not open`);
  return answer;
}

/** Seconds of one batch. */
async function run(name: string, batch: number): Promise<number> {
  const worker = workers.get(name);
  if (worker === undefined) throw new Error(`${name} is not open`);
  const answer = await ask(worker, { kind: 'run', batch });
  if (answer.kind !== 'ran') throw new Error(`${name} did not run`);
  features.set(name, answer.features);
  return answer.seconds;
}

/** Features of the last batch. */
function lastFeatures(name: string): number[][] {
  return (features.get(name) ?? []).map((values) => [...values]);
}

function close(name: string): void {
  workers.get(name)?.terminate();
  workers.delete(name);
}

/** Most GFLOP/s of the micro-kernel on one thread with everything in L1 and L2. */
async function peak(relaxed: boolean): Promise<number> {
  const memory = new WebAssembly.Memory({ initial: 64 });
  const kernel = await createKernel(await loadKernelModule({ shared: false, relaxed }), memory);
  new Float32Array(memory.buffer).fill(0.5);
  const [depth, rows, panels, turns] = [256, 36, 4, 200];
  let most = 0;
  for (let attempt = 0; attempt < 10; attempt++) {
    const started = performance.now();
    for (let turn = 0; turn < turns; turn++)
      kernel.multiplyPlaces(65_536, 0, 262_144, 0, 1_048_576, 0, depth, rows, panels * 32, panels, 1);
    most = Math.max(most, (2 * depth * rows * panels * 8 * turns) / (performance.now() - started) / 1e6);
  }
  return most;
}

Object.assign(globalThis, { bench: { open, run, lastFeatures, close, peak } });
