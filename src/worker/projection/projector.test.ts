import { describe, expect, it } from 'vitest';
import { layOut } from './lay-out';
import { createProjector, type ProjectionWorker } from './projector';
import type { ProjectionAnswer } from './protocol';

const task = {
  vectors: Float32Array.from({ length: 5 * 512 }, (_, at) => ((at * 7) % 11) / 20),
  method: 'pca',
  seed: 0,
} as const;

function createWorker(onTask: (worker: ProjectionWorker, answer: (said: ProjectionAnswer) => void) => void) {
  const state = { ended: 0 };
  const worker: ProjectionWorker = {
    postMessage: () => {
      queueMicrotask(() => {
        onTask(worker, (said) => worker.onmessage?.({ data: said } as MessageEvent<ProjectionAnswer>));
      });
    },
    terminate: () => {
      state.ended += 1;
    },
    onmessage: null,
    onerror: null,
    onmessageerror: null,
  };
  return { worker, state };
}

const never = new AbortController().signal;

describe('the projector', () => {
  it('tells progress and the layout, and ends its worker', async () => {
    const told: number[] = [];
    const { worker, state } = createWorker((_, answer) => {
      const laidOut = layOut(task, (progress) => {
        answer({ kind: 'progress', progress });
      });
      answer({ kind: 'done', laidOut });
    });
    const { positions, explained } = await createProjector(() => worker)(task, ({ done }) => told.push(done), never);
    expect(positions).toHaveLength(10);
    expect((explained?.[0] ?? 0) >= (explained?.[1] ?? 1)).toBe(true);
    expect(told[0]).toBe(0);
    expect(state.ended).toBe(1);
  });

  it('ends the worker at once when it is cancelled, and does not start one for what was given up', async () => {
    const { worker, state } = createWorker(() => undefined);
    const stop = new AbortController();
    const going = createProjector(() => worker)(task, () => undefined, stop.signal);
    stop.abort();
    await expect(going).rejects.toMatchObject({ code: 'cancelled' });
    expect(state.ended).toBe(1);
    const project = createProjector(() => {
      throw new Error('nobody asked for a worker');
    });
    await expect(project(task, () => undefined, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says why where the layout fails or its worker dies', async () => {
    const failing = createWorker((_, answer) => {
      answer({ kind: 'failed', reason: { code: 'unexpected', message: 'no memory', remedy: '' } });
    });
    await expect(createProjector(() => failing.worker)(task, () => undefined, never)).rejects.toMatchObject({
      code: 'map-failed',
      message: expect.stringContaining('no memory') as unknown,
    });
    const dying = createWorker((worker) => worker.onerror?.({ message: '' } as ErrorEvent));
    await expect(createProjector(() => dying.worker)(task, () => undefined, never)).rejects.toMatchObject({ code: 'map-failed' });
    expect(dying.state.ended).toBe(1);
  });

  it('lays pictures out by UMAP with each stage told', () => {
    const stages = new Set<string>();
    const vectors = Float32Array.from({ length: 8 * 512 }, (_, at) => Math.sin(at * (1 + (at >> 9))) ** 2 / 20);
    const { positions, explained } = layOut({ vectors, method: 'umap', seed: 1 }, ({ stage }) => stages.add(stage));
    expect(positions).toHaveLength(16);
    expect(positions.every(Number.isFinite)).toBe(true);
    expect(explained).toBeNull();
    expect([...stages]).toEqual(['components', 'neighbours', 'layout']);
  });
});
