/// <reference types="vite/client" />
/**
 * The page over a fake engine, for looking at its states without weights and without a GPU.
 * Served by the development server only (`/e2e/harness/index.html?tick=4&each=250&classes=2&pace=0.2`: milliseconds between events, pictures
 * a class, classes, seconds a picture as told); no build contains it.
 */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { PictureSource } from '../../src/domain/dataset';
import { absentOffline } from '../../src/domain/offline';
import { createPageStore, reportWorkerDeath } from '../../src/store/page-store';
import { HeadstartError } from '../../src/domain/errors';
import { createFakeStorage, FakeEngine } from '../../src/store/testing/fake-engine';
import { generousStorage } from '../../src/store/testing/storage-ports';
import { App } from '../../src/ui/app';
import { offers } from '../../src/ui/model-import/testing/offers';
import { PictureInputProvider, type PictureInput } from '../../src/ui/picture-input';
import { applyTheme, readThemeChoice } from '../../src/ui/shell/theme';
import { StoreProvider } from '../../src/ui/store-context';
import '../../src/ui/tokens.css';
import '../../src/ui/base.css';

const query = new URLSearchParams(location.search);
const tickMs = Number(query.get('tick') ?? '4');

async function drawPicture(className: string, index: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(112, 112);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  const hue = (index * 47 + className.length * 90) % 360;
  context.fillStyle = `hsl(${String(hue)} 30% 85%)`;
  context.fillRect(0, 0, 112, 112);
  context.fillStyle = `hsl(${String((hue + 30) % 360)} 35% 45%)`;
  context.beginPath();
  if (className === 'cat') {
    context.moveTo(26, 20);
    context.lineTo(46, 40);
    context.lineTo(66, 40);
    context.lineTo(86, 20);
    context.lineTo(90, 90);
    context.lineTo(22, 90);
  } else context.ellipse(56, 60, 30, 34, 0, 0, 2 * Math.PI);
  context.fill();
  return canvas.convertToBlob({ type: 'image/jpeg' });
}

async function createSources(classNames: readonly string[], perClass: number): Promise<PictureSource[]> {
  const sources: PictureSource[] = [];
  for (const className of classNames) {
    // Few drawings, many files: what costs time here is not what is measured.
    const drawn = await Promise.all(Array.from({ length: Math.min(perClass, 40) }, (_, index) => drawPicture(className, index)));
    for (let index = 0; index < perClass; index += 1) {
      const file = drawn[index % drawn.length];
      if (file !== undefined)
        sources.push({ path: `${className}/${String(index).padStart(4, '0')}.jpg`, file, className, folderSplit: null });
    }
  }
  return sources;
}

const classCount = Number(query.get('classes') ?? '2');
const classNames = ['cat', 'dog', ...Array.from({ length: classCount - 2 }, (_, index) => `breed ${String(index + 1)}`)].slice(
  0,
  classCount,
);
const storage = createFakeStorage();
const createEngine = () =>
  new FakeEngine({
    storage,
    tick: () => new Promise((resolve) => setTimeout(resolve, tickMs)),
    models: offers,
    secondsPerPicture: Number(query.get('pace') ?? '0.2'),
    drawings: () => createSources(classNames, Number(query.get('each') ?? '250')),
  });
let engine = createEngine();

let ids = 0;
const store = createPageStore({
  engine,
  restartEngine: () => {
    engine = createEngine();
    return engine;
  },
  addresses: { weights: 'https://site.example/', datasetsServer: 'https://photos.example/', modelHub: 'https://hub.example/' },
  isolation: query.has('one-thread') ? { isolated: false, reason: 'isolation-refused' } : { isolated: true, by: 'headers' },
  offline: absentOffline,
  mostThreads: 8,
  checkpointSeconds: 10,
  deviceMemory: 8 * 2 ** 30,
  scheduleFrame: (callback) => {
    requestAnimationFrame(callback);
  },
  now: () => performance.now(),
  ...generousStorage,
  openSaveTarget: () => Promise.resolve(null),
  createId: () => `harness-${String((ids += 1))}`,
  projectLink: null,
});

const input: PictureInput = {
  readDrop: () => Promise.resolve([]),
  readFiles: (files) =>
    [...files].map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file })),
};

const harness = {
  get fail() {
    return engine.failures;
  },
  killWorker: () => {
    engine.die();
    reportWorkerDeath(store, new HeadstartError('worker-dead').toRecord());
  },
};
Object.assign(window, { headstart: { store }, harness });

applyTheme(readThemeChoice());
const root = document.getElementById('page');
if (root === null) throw new Error('no #page');
createRoot(root).render(
  <StrictMode>
    <StoreProvider store={store}>
      <PictureInputProvider input={input}>
        <App />
      </PictureInputProvider>
    </StoreProvider>
  </StrictMode>,
);
void store.getState().actions.begin();
