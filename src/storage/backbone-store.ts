import * as v from 'valibot';
import { backboneIdentitySchema, type BackboneIdentity, type KeptBackbone } from '../domain/model-import';
import { convLayers } from '../domain/vgg16';
import { openPrivateFolder, type CacheFolder } from './cache-folder';
import { readRunFileOrReject, readRunHead, writeRunFile } from './run-file';
import { backboneFolder } from './storage-sizes';
import { toStorageError } from './tables';

export interface BackboneStoreEnvironment {
  /** Rejects where nothing may be kept. */
  readonly openFolder: () => Promise<CacheFolder>;
  /** Lets one worker of one tab at a time change the files. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** What a file holds, in its order; VGG-16's 26 without it. */
  readonly tensors?: readonly KeptTensor[];
}

export interface KeptTensor {
  readonly name: string;
  /** Values. */
  readonly length: number;
}

export function createBrowserBackboneEnvironment(): BackboneStoreEnvironment {
  return {
    openFolder: () => openPrivateFolder(backboneFolder),
    exclusively: async (work) => await navigator.locks.request(backboneFolder, work),
  };
}

/** As torchvision names them. */
const vgg16Tensors: readonly KeptTensor[] = convLayers.flatMap(({ index, inChannels, outChannels }) => [
  { name: `features.${String(index)}.weight`, length: outChannels * inChannels * 9 },
  { name: `features.${String(index)}.bias`, length: outChannels },
]);

/**
 * Convolutions other than the page's own, kept on this device for every project: a file each, called by its id, that counts only once its
 * last byte is on the disk, and whose every array is compared with its SHA-256 when it is read. One that was harmed is removed and offered
 * no more.
 */
export class BackboneStore {
  readonly #environment: BackboneStoreEnvironment;
  readonly #tensors: readonly KeptTensor[];

  constructor(environment: BackboneStoreEnvironment) {
    this.#environment = environment;
    this.#tensors = environment.tensors ?? vgg16Tensors;
  }

  /** Those that are kept, the newest first; none where storage is refused. Never rejects. */
  async list(): Promise<readonly KeptBackbone[]> {
    try {
      const folder = await this.#environment.openFolder();
      const found: KeptBackbone[] = [];
      for (const name of await folder.names()) {
        const identity = await readIdentity(folder, name);
        if (identity === null) await this.#removeHarmed(folder, name, async () => (await readIdentity(folder, name)) === null);
        else found.push({ ...identity, bytes: await folder.size(name) });
      }
      return found.sort((a, b) => (a.addedAt < b.addedAt ? 1 : a.addedAt > b.addedAt ? -1 : 0));
    } catch {
      return [];
    }
  }

  /**
   * The 26 tensors, OIHW, by torchvision's names; null where it is not kept, or was harmed: then it is removed.
   * @throws HeadstartError `storage-refused`
   */
  async read(id: string): Promise<ReadonlyMap<string, Float32Array> | null> {
    try {
      const folder = await this.#environment.openFolder();
      const kept = await this.#readTensors(folder, id);
      if (kept === null) await this.#removeHarmed(folder, id, async () => (await this.#readTensors(folder, id)) === null);
      return kept;
    } catch (thrown) {
      throw toStorageError(thrown);
    }
  }

  /**
   * Whole or not at all; what is kept under this id already stays as it is.
   * @throws HeadstartError `storage-refused`, `storage-full`
   * @throws RangeError where a tensor is missing or of another length
   */
  async write(identity: BackboneIdentity, conv: ReadonlyMap<string, Float32Array>): Promise<void> {
    const arrays = this.#tensors.map(({ name, length }) => {
      const values = conv.get(name);
      if (values?.length !== length) throw new RangeError(`${name} is not VGG-16’s`);
      return values;
    });
    try {
      await this.#environment.exclusively(async () => {
        const folder = await this.#environment.openFolder();
        if ((await this.#readTensors(folder, identity.id)) !== null) return;
        await writeRunFile(folder, identity.id, 0, { head: identity, arrays });
      });
    } catch (thrown) {
      throw toStorageError(thrown);
    }
  }

  /** @throws HeadstartError `storage-refused` */
  async remove(id: string): Promise<void> {
    try {
      await this.#environment.exclusively(async () => (await this.#environment.openFolder()).remove(id));
    } catch (thrown) {
      throw toStorageError(thrown);
    }
  }

  /** Of all of them. Never rejects. */
  async bytes(): Promise<number> {
    return (await this.list()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async #readTensors(folder: CacheFolder, name: string): Promise<ReadonlyMap<string, Float32Array> | null> {
    const kept = await readRunFileOrReject(folder, name);
    if (kept === null || parseIdentity(kept.head, name) === null || kept.arrays.length !== this.#tensors.length) return null;
    const found = new Map<string, Float32Array>();
    for (const [at, { name: tensor, length }] of this.#tensors.entries()) {
      const values = kept.arrays[at];
      if (!(values instanceof Float32Array) || values.length !== length) return null;
      found.set(tensor, values);
    }
    return found;
  }

  /** Another tab may be writing just this file, so it is looked at again once nobody is. What cannot be removed is not offered either. */
  async #removeHarmed(folder: CacheFolder, name: string, isHarmed: () => Promise<boolean>): Promise<void> {
    await this.#environment
      .exclusively(async () => {
        if (await isHarmed()) await folder.remove(name);
      })
      .catch(() => undefined);
  }
}

function parseIdentity(head: unknown, name: string): BackboneIdentity | null {
  const identity = v.safeParse(backboneIdentitySchema, head);
  return identity.success && identity.output.id === name ? identity.output : null;
}

async function readIdentity(folder: CacheFolder, name: string): Promise<BackboneIdentity | null> {
  return parseIdentity((await readRunHead(folder, name))?.head, name);
}
