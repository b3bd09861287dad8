import type { FromTrainer, OpenTrainer, ToTrainer } from './train-protocol';

const workers = new Map<string, Worker>();

function ask(worker: Worker, request: ToTrainer): Promise<FromTrainer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: answer }: MessageEvent<FromTrainer>) => {
      if (answer.kind === 'failed') reject(new Error(answer.words));
      else resolve(answer);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage(request);
  });
}

async function open(name: string, request: OpenTrainer): Promise<string> {
  const worker = new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module' });
  workers.set(name, worker);
  const answer = await ask(worker, request);
  return answer.kind === 'opened' ? answer.note : '';
}

async function step(name: string): Promise<{ seconds: number; loss: number }> {
  const worker = workers.get(name);
  if (worker === undefined) throw new Error(`${name} is not open`);
  const answer = await ask(worker, { kind: 'step' });
  if (answer.kind !== 'stepped') throw new Error(`${name} made no step`);
  return answer;
}

Object.assign(globalThis, { bench: { open, step } });
