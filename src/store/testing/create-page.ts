import type { Isolation } from '../../domain/isolation';
import { absentOffline } from '../../domain/offline';
import { createPageStore } from '../page-store';
import type { PagePorts } from '../ports';
import type { ListedFile, PageState } from '../state';
import { createFakeStorage, FakeEngine, type FakeEngineOptions, type FakeStorage } from './fake-engine';

/** The store over an engine without tensors, as the page has it; `restartWorker` gives another engine on the same storage. */
export function createPage(
  storage: FakeStorage = createFakeStorage(),
  options: FakeEngineOptions = {},
  now = (): number => performance.now(),
  isolation: Isolation = { isolated: true, by: 'headers' },
  ports: Partial<Pick<PagePorts, 'projectLink' | 'openSaveTarget' | 'offline'>> = {},
) {
  const engines = [new FakeEngine({ ...options, storage })];
  const latest = () => engines.at(-1) ?? new FakeEngine();
  let id = 0;
  const store = createPageStore({
    engine: latest(),
    restartEngine: () => {
      engines.push(new FakeEngine({ ...options, storage }));
      return latest();
    },
    addresses: {
      weights: 'https://site.example/models/vgg16/',
      datasetsServer: 'https://photos.example/',
      modelHub: 'https://hub.example/',
    },
    isolation,
    offline: absentOffline,
    mostThreads: 4,
    checkpointSeconds: 10,
    deviceMemory: 8 * 2 ** 30,
    scheduleFrame: (callback) => {
      setTimeout(callback, 1);
    },
    now,
    openSaveTarget: () => Promise.resolve(null),
    freeRoom: () => Promise.resolve(options.freeRoom ?? 10e9),
    askForFolder: () => Promise.resolve(true),
    persistStorage: () => {
      storage.persisted = true;
      return Promise.resolve(true);
    },
    createId: () => `${options.tab ?? 'project'}-${String((id += 1))}`,
    projectLink: null,
    ...ports,
  });
  return { store, storage, engine: latest, actions: store.getState().actions, state: (): PageState => store.getState() };
}

export type Page = ReturnType<typeof createPage>;

export function listed(...paths: readonly string[]): ListedFile[] {
  return paths.map((path) => ({ path, file: new File([path], path.split('/').at(-1) ?? path) }));
}

export function classFolder(className: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `pets/${className}/${String(index)}.jpg`);
}

export const catsAndDogs = listed(...classFolder('cat', 20), ...classFolder('dog', 20));

export async function beginWithPictures(page: Page): Promise<void> {
  await page.actions.begin();
  await page.actions.addFiles(catsAndDogs);
}

/** Resolves in the very update that makes it true: a run here is over in a few milliseconds. */
export function until(page: Page, isTrue: (state: PageState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = page.store.subscribe((state) => {
      if (!isTrue(state)) return;
      unsubscribe();
      resolve();
    });
  });
}

/** Resolves when it is true, at once where it is. */
export async function reach(page: Page, isTrue: (state: PageState) => boolean): Promise<void> {
  if (!isTrue(page.state())) await until(page, isTrue);
}
