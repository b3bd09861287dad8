import { expose } from 'comlink';
import { installTransferHandlers, withFlushedCallbacks } from '../transfer-handlers';

/** A worker that can be made to fail in each way that a real one can. */
const api = {
  beat: (): Promise<void> => Promise.resolve(),
  echo: (text: string): Promise<string> => Promise.resolve(text),
  wait: (): Promise<never> => new Promise(() => undefined),
  crash: (): Promise<void> => {
    setTimeout(() => {
      throw new Error('the worker fell over');
    });
    return Promise.resolve();
  },
  hang: (): Promise<void> => {
    setTimeout(() => {
      for (;;);
    });
    return Promise.resolve();
  },
};
export type FragileApi = typeof api;

installTransferHandlers();
expose(withFlushedCallbacks(api));
