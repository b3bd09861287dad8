import { proxyMarker, transferHandlers, type TransferHandler } from 'comlink';
import { HeadstartError, isErrorCode, toHeadstartError, type ErrorRecord } from '../domain/errors';

type Callback = (...values: unknown[]) => void;
type FlushableCallback = Callback & { readonly flush: () => Promise<void> };
type CallbackMessage = { readonly kind: 'call'; readonly values: unknown[] } | { readonly kind: 'flush' };

const flushable = new WeakSet<Callback>();

function isFlushable(value: unknown): value is FlushableCallback {
  return typeof value === 'function' && flushable.has(value as Callback);
}

/** Comlink marks a thrown value with an object of its own that holds it under `value`. */
interface Thrown {
  readonly value: unknown;
}

/** Thrown errors keep their code and remedy across the boundary; anything else becomes `unexpected` with its message. */
function createErrorHandler(comlinkHandler: TransferHandler<Thrown, unknown>): TransferHandler<Thrown, ErrorRecord> {
  return {
    canHandle: (value): value is Thrown => comlinkHandler.canHandle(value),
    serialize: ({ value }) => [toHeadstartError(value).toRecord(), []],
    deserialize: (record) => {
      throw isErrorCode(record.code)
        ? HeadstartError.fromRecord(record)
        : new HeadstartError('unexpected', { detail: JSON.stringify(record) });
    },
  };
}

/** An AbortSignal arrives as a signal of the other side that aborts when the original does. */
const abortSignalHandler: TransferHandler<AbortSignal, { aborted: boolean; port: MessagePort }> = {
  canHandle: (value): value is AbortSignal => value instanceof AbortSignal,
  serialize: (signal) => {
    const { port1, port2 } = new MessageChannel();
    signal.addEventListener(
      'abort',
      () => {
        port1.postMessage(null);
        port1.close();
      },
      { once: true },
    );
    return [{ aborted: signal.aborted, port: port2 }, [port2]];
  },
  deserialize: ({ aborted, port }) => {
    const controller = new AbortController();
    if (aborted) controller.abort();
    port.onmessage = () => {
      port.close();
      controller.abort();
    };
    return controller.signal;
  },
};

/**
 * A progress callback: calls go one way, nothing is returned, order is kept. `flush` resolves when all earlier calls have been
 * made on the other side, since two ports have no order between them (see withFlushedCallbacks).
 */
const callbackHandler: TransferHandler<Callback, MessagePort> = {
  canHandle: (value): value is Callback => typeof value === 'function' && !(proxyMarker in value),
  serialize: (callback) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: message }: MessageEvent<CallbackMessage>) => {
      if (message.kind === 'call') callback(...message.values);
      else port1.postMessage('flushed');
    };
    return [port2, [port2]];
  },
  deserialize: (port) => {
    const waiting: (() => void)[] = [];
    port.onmessage = () => waiting.shift()?.();
    const call: Callback = (...values) => {
      port.postMessage({ kind: 'call', values } satisfies CallbackMessage);
    };
    const flush = (): Promise<void> =>
      new Promise((resolve) => {
        waiting.push(resolve);
        port.postMessage({ kind: 'flush' } satisfies CallbackMessage);
      });
    flushable.add(call);
    return Object.assign(call, { flush });
  },
};

/** Must run once in every context that talks Comlink. */
export function installTransferHandlers(): void {
  const thrown = transferHandlers.get('throw');
  if (thrown === undefined) throw new Error('Comlink has no handler for thrown values');
  transferHandlers.set('throw', createErrorHandler(thrown as TransferHandler<Thrown, unknown>));
  transferHandlers.set('abort-signal', abortSignalHandler);
  transferHandlers.set('callback', callbackHandler);
}

/**
 * Wraps an exposed API so that a method's promise settles on the caller's side only after every progress call it made has arrived there.
 * Methods that are not functions are passed through.
 */
export function withFlushedCallbacks<T extends object>(api: T): T {
  return new Proxy(api, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...values: unknown[]): Promise<unknown> => {
        try {
          return await (Reflect.apply(method, target, values) as Promise<unknown>);
        } finally {
          await Promise.all(values.filter(isFlushable).map((callback) => callback.flush()));
        }
      };
    },
  });
}
