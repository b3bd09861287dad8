import { describe, expect, it } from 'vitest';
import { describeError, HeadstartError } from '../domain/errors';
import type { ManyEvent } from '../domain/many/many';
import { predictMany, type Glance, type PredictManyParts } from './predict-many';

const said = { className: 'cat', classIndex: 0, logits: [1], probabilities: [1], milliseconds: 1 };
const seen = (): Glance => ({ ok: true, value: { pixels: new Uint8Array(3), thumbnail: new Blob() } });

function setUp(count: number, changes: Partial<PredictManyParts> = {}) {
  const events: ManyEvent[] = [];
  const paths = Array.from({ length: count }, (_, at) => `${String(at)}.jpg`);
  const state = { open: 0, most: 0, asked: 0 };
  const abort = new AbortController();
  const run = () =>
    predictMany({
      paths,
      glance: async (path) => {
        state.asked += 1;
        state.open += 1;
        state.most = Math.max(state.most, state.open);
        await Promise.resolve();
        return path === '3.jpg' ? { ok: false, reason: describeError('picture-broken') } : seen();
      },
      predict: async (pixels) => {
        await Promise.resolve();
        state.open -= pixels.length;
        return pixels.map(() => said);
      },
      ahead: 6,
      batch: 4,
      onEvent: (event) => events.push(event),
      signal: abort.signal,
      now: () => 0,
      ...changes,
    });
  const told = () => events.flatMap((event) => (event.kind === 'predicted' ? event.pictures.map(({ path }) => path) : []));
  return { run, events, paths, state, abort, told };
}

describe('predicting many', () => {
  it('tells every picture once and in order, skips what is none, and holds few at a time', async () => {
    const { run, events, paths, state, told } = setUp(50);
    expect(await run()).toEqual({ predicted: 49, skipped: 1, cancelled: false });
    expect(told()).toEqual(paths.filter((path) => path !== '3.jpg'));
    expect(state.most).toBeLessThanOrEqual(6 + 4 + 1);
    const progress = events.filter((event) => event.kind === 'progress').map(({ done }) => done);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(50);
  });

  it('keeps what was told when it is cancelled, and begins nothing more', async () => {
    const { run, state, abort, told } = setUp(50, {
      onEvent: (event) => {
        if (event.kind === 'predicted') abort.abort();
      },
    });
    expect(await run()).toEqual({ predicted: 4, skipped: 1, cancelled: true });
    const { asked } = state;
    await Promise.resolve();
    expect(state.asked).toBe(asked);
    expect(told()).toEqual([]);
  });

  it('is cancelled too while a picture is decoded or passes through the network', async () => {
    const decoding = setUp(5, { glance: () => Promise.reject(new HeadstartError('cancelled')) });
    decoding.abort.abort();
    expect(await decoding.run()).toMatchObject({ cancelled: true });
    const computing = setUp(5, {
      predict: () => {
        computing.abort.abort();
        return Promise.reject(new HeadstartError('cancelled'));
      },
    });
    expect(await computing.run()).toMatchObject({ cancelled: true });
  });

  it('rejects where the device fails, after what came before was told', async () => {
    let calls = 0;
    const { run, told } = setUp(20, {
      predict: (pixels) =>
        (calls += 1) === 3 ? Promise.reject(new HeadstartError('device-lost')) : Promise.resolve(pixels.map(() => said)),
    });
    await expect(run()).rejects.toMatchObject({ code: 'device-lost' });
    expect(told()).toHaveLength(8);
  });
});
