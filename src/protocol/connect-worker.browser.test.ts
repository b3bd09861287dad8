import { beforeAll, describe, expect, it } from 'vitest';
import type { HeadstartError } from '../domain/errors';
import { connectWorker, type WorkerConnection } from './connect-worker';
import type { Every } from './heartbeat';
import { installTransferHandlers } from './transfer-handlers';
import type { FragileApi } from './testing/fragile.worker';

const spawnFragile = (): Worker => new Worker(new URL('./testing/fragile.worker.ts', import.meta.url), { type: 'module' });

function connect(spawn: () => Worker = spawnFragile, every?: Every) {
  const deaths: HeadstartError[] = [];
  const connection: WorkerConnection<FragileApi> = connectWorker<FragileApi>({
    spawn,
    onDeath: (error) => deaths.push(error),
    intervalMs: 100_000,
    missesAllowed: 1,
    ...(every === undefined ? {} : { every }),
  });
  return { ...connection, deaths };
}

describe('a worker behind its proxy', () => {
  beforeAll(() => {
    installTransferHandlers();
  });

  it('answers', async () => {
    const { api, terminate } = connect();
    expect(await api.echo('hello')).toBe('hello');
    terminate();
  });

  it('that throws outside a call rejects what is pending and what comes later', async () => {
    const { api, deaths } = connect();
    const waiting = api.wait();
    await api.crash();
    await expect(waiting).rejects.toMatchObject({ code: 'worker-dead' });
    await expect(api.echo('still there?')).rejects.toMatchObject({ code: 'worker-dead' });
    expect(deaths).toHaveLength(1);
  });

  it('whose script does not exist rejects instead of waiting for ever', async () => {
    const { api, deaths } = connect(() => new Worker('/no-such-worker.js', { type: 'module' }));
    await expect(api.echo('hello')).rejects.toMatchObject({ code: 'worker-dead' });
    expect(deaths).toHaveLength(1);
  });

  it('that hangs is noticed by the missing heartbeat', async () => {
    let tick = (): void => undefined;
    const { api, deaths } = connect(spawnFragile, (_milliseconds, callback) => {
      tick = callback;
      return () => undefined;
    });
    expect(await api.echo('first')).toBe('first');
    tick(); // asks again, now that the first beat has come back
    await api.hang();
    const waiting = api.wait();
    tick();
    tick();
    await expect(waiting).rejects.toMatchObject({ code: 'worker-dead' });
    expect(deaths).toHaveLength(1);
  });

  it('that is terminated on purpose tells nobody of a death', async () => {
    const { api, terminate, deaths } = connect();
    const waiting = api.wait();
    terminate();
    await expect(waiting).rejects.toMatchObject({ code: 'worker-dead' });
    expect(deaths).toHaveLength(0);
  });
});
