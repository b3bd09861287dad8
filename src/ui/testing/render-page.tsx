import { createRoot } from 'react-dom/client';
import type { ReactNode } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import type { Isolation } from '../../domain/isolation';
import { absentOffline } from '../../domain/offline';
import { createPageStore } from '../../store/page-store';
import type { PageStore } from '../../store/state';
import { createFakeStorage, FakeEngine, type FakeEngineOptions } from '../../store/testing/fake-engine';
import { generousStorage } from '../../store/testing/storage-ports';
import { PictureInputProvider, type PictureInput } from '../picture-input';
import { StoreProvider } from '../store-context';
import '../tokens.css';
import '../base.css';

// React Aria's virtualizer draws everything under NODE_ENV=test unless this says otherwise; a browser has no `process` of its own.
Object.assign(globalThis, { process: { env: { VIRT_ON: 'yes' } } });

export interface RenderedPage {
  readonly store: StoreApi<PageStore>;
  readonly engine: FakeEngine;
  readonly unmount: () => void;
}

const input: PictureInput = {
  readDrop: (transfer) => Promise.resolve([...transfer.files].map((file) => ({ path: file.name, file }))),
  readFiles: (files) =>
    [...files].map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file })),
};

/** Draws a part of the page over the fake engine, begun. */
export async function renderPage(
  children: ReactNode,
  options: { readonly isolation?: Isolation; readonly engine?: FakeEngineOptions } = {},
): Promise<RenderedPage> {
  let ids = 0;
  const engine = new FakeEngine({ storage: createFakeStorage(), ...options.engine });
  const store = createPageStore({
    engine,
    restartEngine: () => engine,
    addresses: { weights: 'https://site.example/', datasetsServer: 'https://photos.example/', modelHub: 'https://hub.example/' },
    isolation: options.isolation ?? { isolated: true, by: 'headers' },
    offline: absentOffline,
    mostThreads: 4,
    checkpointSeconds: 10,
    deviceMemory: 8 * 2 ** 30,
    scheduleFrame: (callback) => {
      setTimeout(callback, 1);
    },
    now: () => performance.now(),
    ...generousStorage,
    openSaveTarget: () => Promise.resolve(null),
    createId: () => `test-${String((ids += 1))}`,
    projectLink: null,
  });
  await store.getState().actions.begin();
  document.documentElement.dataset['theme'] = 'light';
  const place = document.createElement('div');
  document.body.append(place);
  const root = createRoot(place);
  root.render(
    <StoreProvider store={store}>
      <PictureInputProvider input={input}>{children}</PictureInputProvider>
    </StoreProvider>,
  );
  return {
    store,
    engine,
    unmount: () => {
      root.unmount();
      place.remove();
    },
  };
}
