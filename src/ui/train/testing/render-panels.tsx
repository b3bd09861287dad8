import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { StoreApi } from 'zustand/vanilla';
import type { PictureSource } from '../../../domain/dataset';
import { absentOffline } from '../../../domain/offline';
import { createPageStore } from '../../../store/page-store';
import type { PageStore } from '../../../store/state';
import { FakeEngine, type FakeEngineOptions } from '../../../store/testing/fake-engine';
import { generousStorage } from '../../../store/testing/storage-ports';
import '../../base.css';
import { StoreProvider } from '../../store-context';
import '../../tokens.css';

// react-aria's virtualiser draws everything under NODE_ENV=test unless this says otherwise; a browser has no `process` of its own.
Object.assign(globalThis, { process: { env: { VIRT_ON: 'yes' } } });

/** A picture of one colour with its number: tests need to see that they differ, nothing more. */
async function drawPicture(hue: number, text: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(112, 112);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no 2d canvas');
  context.fillStyle = `hsl(${String(hue)} 40% 70%)`;
  context.fillRect(0, 0, 112, 112);
  context.fillStyle = `hsl(${String(hue)} 60% 25%)`;
  context.font = '40px sans-serif';
  context.fillText(text, 20, 70);
  return canvas.convertToBlob();
}

/** `perClass` pictures of each class, named as Kaggle names them. */
export async function drawPictures(classNames: readonly string[], perClass: number): Promise<readonly PictureSource[]> {
  return Promise.all(
    classNames.flatMap((className, classIndex) =>
      Array.from({ length: perClass }, async (_, index) => ({
        path: `${className}/${className}.${String(index)}.jpg`,
        file: await drawPicture((classIndex * 137 + index * 7) % 360, String(index)),
        className,
        folderSplit: null,
      })),
    ),
  );
}

export interface RenderedPanels {
  readonly store: StoreApi<PageStore>;
  readonly engine: FakeEngine;
  readonly container: HTMLElement;
  dispose(): void;
}

/** Panels over the real store and an engine without tensors. */
export function renderPanels(panels: ReactNode, options: FakeEngineOptions = {}): RenderedPanels {
  const engine = new FakeEngine(options);
  let ids = 0;
  const store = createPageStore({
    engine,
    restartEngine: () => engine,
    addresses: {
      weights: 'https://host.invalid/models/',
      datasetsServer: 'https://host.invalid/',
      modelHub: 'https://hub.invalid/',
    },
    isolation: { isolated: true, by: 'headers' },
    offline: absentOffline,
    mostThreads: 4,
    checkpointSeconds: 10,
    deviceMemory: 8 * 2 ** 30,
    scheduleFrame: (callback) => {
      requestAnimationFrame(callback);
    },
    now: () => performance.now(),
    ...generousStorage,
    openSaveTarget: () => Promise.resolve(null),
    createId: () => `id-${String((ids += 1))}`,
    projectLink: null,
  });
  const container = document.createElement('div');
  document.body.append(container);
  const root = createRoot(container);
  root.render(<StoreProvider store={store}>{panels}</StoreProvider>);
  return {
    store,
    engine,
    container,
    dispose: () => {
      root.unmount();
      container.remove();
    },
  };
}
