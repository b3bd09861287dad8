import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { describeError, toHeadstartError } from './domain/errors';
import { threadLimit } from './domain/threads';
import { askForFolder, freeRoom, persistStorage } from './ingest/page/device-storage';
import { openSaveTarget, removeWrittenArchives } from './ingest/page/save-target';
import { readDataTransfer, readFileList } from './ingest/page/read-drop';
import { createIsolationEnvironment } from './isolation/browser-environment';
import { ensureIsolation } from './isolation/ensure-isolation';
import { createOfflineEnvironment } from './offline/browser-environment';
import { connectOffline } from './offline/connect-offline';
import { connectEngine, type EngineConnection } from './protocol/connect-engine';
import { allowOwnScripts } from './protocol/own-scripts';
import { createPageStore, reportError, reportWorkerDeath } from './store/page-store';
import type { PageStore } from './store/state';
import type { StoreApi } from 'zustand/vanilla';
import { App } from './ui/app';
import './ui/tokens.css';
import './ui/base.css';
import { PictureInputProvider, type PictureInput } from './ui/picture-input';
import { createPresenceEnvironment } from './ui/shell/browser-presence';
import { followPresence } from './ui/shell/presence';
import { readProjectLink } from './ui/shell/project-address';
import { applyTheme, readThemeChoice } from './ui/shell/theme';
import { StoreProvider } from './ui/store-context';

declare global {
  interface Window {
    /** For scripts that drive the page: the demo, the benchmarks and the end-to-end tests. */
    headstart: { readonly store: StoreApi<PageStore> };
  }
}

function readMeta(name: string): string {
  const content = document.querySelector(`meta[name="headstart:${name}"]`)?.getAttribute('content') ?? null;
  if (content === null) throw new Error(`index.html has no headstart:${name}.`);
  return content;
}

function readAddress(name: string): string {
  return new URL(readMeta(name), document.baseURI).href;
}

/** An animation frame, or, while the page is hidden and draws none, a timer. */
function scheduleFrame(callback: () => void): void {
  if (document.visibilityState === 'hidden') {
    setTimeout(callback, 100);
    return;
  }
  let called = false;
  const once = (): void => {
    if (called) return;
    called = true;
    callback();
  };
  requestAnimationFrame(once);
  // The page may be hidden before the frame comes.
  setTimeout(once, 250);
}

/** `crypto.randomUUID` is absent on plain http. */
function createId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

applyTheme(readThemeChoice());
allowOwnScripts();

// Before there is a worker, a request or a picture: this may reload the page, and nothing later ever does.
const isolation = await ensureIsolation(createIsolationEnvironment());

const spawn = (): Worker =>
  new Worker(new URL('./worker/control.worker.ts', import.meta.url), { type: 'module', name: 'headstart-control' });

const connect = (): EngineConnection => {
  const connection: EngineConnection = connectEngine(spawn, (error) => {
    if (connection === present) reportWorkerDeath(store, error.toRecord());
  });
  return connection;
};

/** Bytes; Chromium tells gibibytes, and at most 8 of them in older versions. Others say nothing. */
function readDeviceMemory(): number | null {
  return 'deviceMemory' in navigator && typeof navigator.deviceMemory === 'number' ? navigator.deviceMemory * 2 ** 30 : null;
}

let present = connect();

const store = createPageStore({
  engine: present.engine,
  restartEngine: () => {
    present.terminate();
    present = connect();
    return present.engine;
  },
  addresses: {
    weights: readAddress('weights'),
    datasetsServer: readAddress('datasets-server'),
    modelHub: readAddress('model-hub'),
  },
  isolation,
  offline: connectOffline(createOfflineEnvironment()),
  mostThreads: threadLimit(navigator.hardwareConcurrency),
  deviceMemory: readDeviceMemory(),
  checkpointSeconds: Number(readMeta('checkpoint-seconds')),
  scheduleFrame,
  now: () => performance.now(),
  createId,
  projectLink: readProjectLink(),
  freeRoom,
  askForFolder,
  persistStorage,
  openSaveTarget,
});

window.headstart = { store };

// Noted for the diagnostics; the browser's own console tells them as before.
window.addEventListener('error', ({ error, message }: ErrorEvent) => {
  // A browser's word for an observer whose sizes settle in the next frame: no error.
  if (message.startsWith('ResizeObserver loop')) return;
  reportError(store, toHeadstartError(error ?? message).toRecord(), 'page');
});
window.addEventListener('unhandledrejection', ({ reason }: PromiseRejectionEvent) => {
  reportError(store, toHeadstartError(reason).toRecord(), 'promise');
});
followPresence(store, createPresenceEnvironment());

const input: PictureInput = { readDrop: readDataTransfer, readFiles: readFileList };

const root = document.getElementById('page');
if (root === null) throw new Error(describeError('unexpected', { detail: 'index.html has no element #page' }).message);
createRoot(root).render(
  <StrictMode>
    <StoreProvider store={store}>
      <PictureInputProvider input={input}>
        <App />
      </PictureInputProvider>
    </StoreProvider>
  </StrictMode>,
);

void removeWrittenArchives();
void store.getState().actions.begin();
