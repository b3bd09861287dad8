import { expose, wrap, type Remote } from 'comlink';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import { installTransferHandlers, withFlushedCallbacks } from './transfer-handlers';

const ports: MessagePort[] = [];

function connect<Api extends object>(api: Api): Remote<Api> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  expose(withFlushedCallbacks(api), port1);
  return wrap<Api>(port2);
}

describe('what crosses a worker boundary', () => {
  beforeAll(() => {
    installTransferHandlers();
  });
  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
  });

  it('keeps the code, sentence and remedy of an error', async () => {
    const remote = connect({
      fail: (): Promise<void> => Promise.reject(new HeadstartError('weights-missing', { file: 'a.safetensors', status: 404 })),
    });
    const error: unknown = await remote.fail().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HeadstartError);
    expect(error).toMatchObject({ code: 'weights-missing', message: expect.stringContaining('a.safetensors') as string });
    expect((error as HeadstartError).remedy).not.toBe('');
  });

  it('turns an error without a code into “unexpected” with its message', async () => {
    const remote = connect({ fail: (): Promise<void> => Promise.reject(new TypeError('x is not a function')) });
    await expect(remote.fail()).rejects.toMatchObject({
      code: 'unexpected',
      message: expect.stringContaining('x is not a function') as string,
    });
  });

  it('aborts the other side’s signal, also when it was aborted before the call', async () => {
    const remote = connect({
      wait: (signal: AbortSignal): Promise<void> =>
        new Promise((_resolve, reject) => {
          const refuse = (): void => {
            reject(new HeadstartError('cancelled'));
          };
          if (signal.aborted) refuse();
          signal.addEventListener('abort', refuse);
        }),
    });
    const controller = new AbortController();
    const waiting = remote.wait(controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(remote.wait(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('delivers every progress call, in order, before the method’s own answer', async () => {
    const remote = connect({
      count: (upTo: number, onProgress: (n: number) => void): Promise<string> => {
        for (let n = 0; n < upTo; n += 1) onProgress(n);
        return Promise.resolve('done');
      },
    });
    const seen: number[] = [];
    await remote.count(200, (n: number) => seen.push(n));
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it('delivers progress before a rejection too, and through a second boundary', async () => {
    const inner = connect({
      work: async (onProgress: (n: number) => void): Promise<void> => {
        onProgress(1);
        onProgress(2);
        await Promise.reject(new HeadstartError('out-of-memory'));
      },
    });
    const outer = connect({ work: async (onProgress: (n: number) => void): Promise<void> => inner.work(onProgress as never) });
    const seen: number[] = [];
    await expect(outer.work((n: number) => seen.push(n))).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(seen).toEqual([1, 2]);
  });
});
