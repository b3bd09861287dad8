import { weightsCacheName } from './weights-cache';

/** Folders of the private file system, each with files of one kind. */
export const pictureFolder = 'headstart-pictures-v1';
/** One folder a project inside, called by its id. */
export const checkpointFolder = 'headstart-checkpoints-v1';
/** Convolutions other than the page's own, a file each, called by their id. */
export const backboneFolder = 'headstart-backbones-v1';
/** What came so far of those that a hub holds. */
export const hubPartFolder = 'headstart-hub-part-v1';

export interface DeviceSizes {
  readonly weights: number;
  readonly backbones: number;
  readonly hubPart: number;
  readonly pictures: number;
  readonly checkpoints: number;
  readonly quota: number | null;
  readonly usage: number | null;
  readonly persisted: boolean | null;
}

async function orElse<T>(attempt: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await attempt();
  } catch {
    return otherwise; // refused, or not in this browser
  }
}

async function sizeOf(folder: FileSystemDirectoryHandle): Promise<number> {
  let bytes = 0;
  for await (const entry of folder.values())
    bytes += entry.kind === 'directory' ? await sizeOf(entry) : (await entry.getFile()).size;
  return bytes;
}

const folderBytes = (name: string): Promise<number> =>
  orElse(async () => sizeOf(await (await navigator.storage.getDirectory()).getDirectoryHandle(name)), 0);

const weightsBytes = (): Promise<number> =>
  orElse(async () => {
    const cache = await caches.open(weightsCacheName);
    const answers = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
    return answers.reduce((sum, answer) => sum + Number(answer?.headers.get('content-length') ?? 0), 0);
  }, 0);

/** What the browser says of the site's storage, and the sizes of what is not in the database. Bytes. Never rejects. */
export async function measureDevice(): Promise<DeviceSizes> {
  const [weights, backbones, hubPart, pictures, checkpoints, estimate, persisted] = await Promise.all([
    weightsBytes(),
    folderBytes(backboneFolder),
    folderBytes(hubPartFolder),
    folderBytes(pictureFolder),
    folderBytes(checkpointFolder),
    orElse<StorageEstimate>(() => navigator.storage.estimate(), {}),
    orElse<boolean | null>(() => navigator.storage.persisted(), null),
  ]);
  const said = { quota: estimate.quota ?? null, usage: estimate.usage ?? null, persisted };
  return { weights, backbones, hubPart, pictures, checkpoints, ...said };
}
