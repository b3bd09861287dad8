import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeError } from '../domain/errors';
import { DecodePool, poolSize } from './decode-pool';
import { FakeDecodeWorker } from './fake-decode-worker';

const file = new Blob(['picture']);
const picture = {
  width: 10,
  height: 20,
  hash: 'abc',
  perceptualHash: '0f0f0f0f0f0f0f0f',
  takenAt: null,
  format: 'JPEG' as const,
  thumbnail: new Blob(),
};

function createPool(size: number) {
  const workers: FakeDecodeWorker[] = [];
  const pool = new DecodePool(() => {
    const worker = FakeDecodeWorker.create();
    workers.push(worker);
    return worker;
  }, size);
  const at = (index: number) => workers[index] ?? expect.unreachable('no such worker');
  return { pool, workers, at };
}
const idAt = (worker: FakeDecodeWorker) => worker.requests.at(-1)?.id ?? -1;

afterEach(() => vi.useRealTimers());

describe('DecodePool', () => {
  it('leaves one core free and uses four at most', () => {
    expect([1, 2, 4, 5, 64].map((cores) => poolSize(cores))).toEqual([1, 1, 3, 4, 4]);
  });

  it('starts workers when they are needed and gives each one task at a time', async () => {
    const { pool, workers, at } = createPool(2);
    expect(workers).toHaveLength(0);
    const results = [1, 2, 3].map(() => pool.run({ kind: 'inspect', file }));
    expect(workers.map(({ requests }) => requests.length)).toEqual([1, 1]);
    at(1).answer({ id: idAt(at(1)), kind: 'inspect', result: picture });
    expect(at(1).requests).toHaveLength(2);
    at(0).answer({ id: idAt(at(0)), kind: 'refused', reason: describeError('file-empty') });
    at(1).answer({ id: idAt(at(1)), kind: 'inspect', result: picture });
    expect(await Promise.all(results)).toEqual([
      { ok: false, reason: describeError('file-empty') },
      { ok: true, value: picture },
      { ok: true, value: picture },
    ]);
  });

  it('lets a picture that is looked at go before those that come in', () => {
    const { pool, at } = createPool(1);
    void pool.run({ kind: 'inspect', file });
    void pool.run({ kind: 'inspect', file });
    void pool.run({ kind: 'fit', file, fit: 'crop' });
    at(0).answer({ id: idAt(at(0)), kind: 'inspect', result: picture });
    expect(at(0).requests.map(({ task }) => task.kind)).toEqual(['inspect', 'fit']);
  });

  it('tells the picture of a dead worker as broken and goes on with another worker', async () => {
    const { pool, workers, at } = createPool(1);
    const first = pool.run({ kind: 'inspect', file });
    const second = pool.run({ kind: 'inspect', file });
    at(0).answer({ kind: 'ready' });
    at(0).die();
    expect(await first).toEqual({ ok: false, reason: describeError('picture-broken') });
    expect(at(0).terminated).toBe(true);
    expect(workers).toHaveLength(2);
    at(1).answer({ id: idAt(at(1)), kind: 'inspect', result: picture });
    expect(await second).toEqual({ ok: true, value: picture });
  });

  it('takes a worker that stays silent for a minute as dead', async () => {
    vi.useFakeTimers();
    const { pool, at } = createPool(1);
    const work = pool.run({ kind: 'inspect', file });
    at(0).answer({ kind: 'ready' });
    vi.advanceTimersByTime(59_999);
    expect(at(0).terminated).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await work).toEqual({ ok: false, reason: describeError('picture-broken') });
  });

  it('says worker-dead when a worker cannot even start', async () => {
    const { pool, at } = createPool(1);
    const work = pool.run({ kind: 'inspect', file });
    at(0).die();
    await expect(work).rejects.toMatchObject({ code: 'worker-dead' });
  });

  it('cancels at once, drops what waits, and still uses the worker that was busy', async () => {
    const { pool, at } = createPool(1);
    const abort = new AbortController();
    const running = pool.run({ kind: 'inspect', file }, abort.signal);
    const waiting = pool.run({ kind: 'inspect', file }, abort.signal);
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(pool.run({ kind: 'inspect', file }, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    const later = pool.run({ kind: 'inspect', file });
    at(0).answer({ id: idAt(at(0)), kind: 'inspect', result: picture });
    expect(at(0).requests).toHaveLength(2);
    at(0).answer({ id: idAt(at(0)), kind: 'inspect', result: picture });
    expect(await later).toEqual({ ok: true, value: picture });
  });

  it('cancels everything when it is disposed', async () => {
    const { pool, at } = createPool(1);
    const all = [pool.run({ kind: 'inspect', file }), pool.run({ kind: 'inspect', file })];
    pool.dispose();
    for (const work of all) await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect(at(0).terminated).toBe(true);
    await expect(pool.run({ kind: 'inspect', file })).rejects.toMatchObject({ code: 'worker-dead' });
  });
});
