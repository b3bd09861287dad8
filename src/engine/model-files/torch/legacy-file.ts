import { HeadstartError, throwIfCancelled } from '../../../domain/errors';
import { type ByteSource, readPart } from '../byte-source';
import type { FoundTensor } from '../tensor-values';
import { entryOf, type PickleStorage, type PickleValue } from './pickle-values';
import { findStateDict } from './state-dict';
import { typeBytes } from './torch-names';
import type { ReadPickle } from './read-pickle';
import { largestPickleBytes, readTorchPickle } from './torch-pickle';
import { foundTensor, type ReadStorage } from './torch-tensor';

/** The pickle of torch's magic number, which files of before 1.6 begin with. */
const magic = Uint8Array.of(0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
const firstRead = 1 << 18;
const mostStorages = 100_000;
const countBytes = 8;

export function isLegacyTorch(first: Uint8Array): boolean {
  return magic.every((byte, at) => first[at] === byte);
}

/** Any pickle of protocol 2 to 5. */
export function isPickle(first: Uint8Array): boolean {
  return first[0] === 0x80 && (first[1] ?? 0) >= 2 && (first[1] ?? 9) <= 5;
}

/** Marks that more of the file has to be read. */
class NeedsMore extends Error {}

/** Reads `count` pickles, one after the other, from the file's beginning; no more of it than they need. */
async function readPickles(source: ByteSource, count: number): Promise<readonly ReadPickle[]> {
  for (let length = firstRead; ; length *= 4) {
    const bytes = await source.read(0, Math.min(length, source.size));
    const isAll = length >= source.size;
    const isTooLong = length > largestPickleBytes;
    const pickles: ReadPickle[] = [];
    try {
      while (pickles.length < count) {
        const pickle = readTorchPickle(bytes, pickles.at(-1)?.end ?? 0, source.name, () => {
          if (isAll)
            return new HeadstartError('model-file-truncated', {
              name: source.name,
              detail: 'it ends within its list of tensors',
            });
          if (isTooLong)
            return new HeadstartError('model-file-damaged', { name: source.name, detail: 'its list of tensors has no end' });
          return new NeedsMore();
        });
        pickles.push(pickle);
      }
      return pickles;
    } catch (thrown) {
      if (!(thrown instanceof NeedsMore)) throw thrown;
    }
  }
}

const isLittleEndian = (system: PickleValue | undefined): boolean =>
  typeof system === 'object' && system?.kind === 'dict' && entryOf(system, 'little_endian') === true;

const bytesPerValue = ({ type }: PickleStorage): number => (type === null ? 1 : typeBytes[type]) ?? 1;

/**
 * A file that PyTorch wrote before 1.6, or since when it was asked to: five pickles, then each storage with its count before it.
 * @throws HeadstartError `model-pickle-refused`, `model-file-damaged`, `model-file-truncated`, `model-file-big-endian`,
 * `cancelled`
 */
export async function openLegacyTorch(source: ByteSource, signal: AbortSignal): Promise<readonly FoundTensor[]> {
  const { name: file } = source;
  const [, , system, object, listed] = await readPickles(source, 5);
  const damaged = (detail: string) => new HeadstartError('model-file-damaged', { name: file, detail });
  if (object === undefined || listed === undefined) throw damaged('it lists no storages');
  if (!isLittleEndian(system?.value)) throw new HeadstartError('model-file-big-endian', { name: file });
  const keys = listed.value;
  if (typeof keys !== 'object' || keys?.kind !== 'list' || keys.items.length > mostStorages)
    throw damaged('it lists no storages');
  const tensors = findStateDict(object.value);
  const wanted = new Set(tensors.map(({ tensor }) => tensor.storage.key));
  const places = new Map<string, { readonly at: number; readonly bytes: number }>();
  let at = listed.end;
  for (const key of keys.items) {
    if (places.size === wanted.size) break;
    throwIfCancelled(signal);
    const storage = typeof key === 'string' ? object.storages.get(key) : undefined;
    if (storage === undefined) throw damaged('it lists a storage that no tensor lies in');
    const head = await readPart(source, at, at + countBytes, 'a storage');
    const count = new DataView(head.buffer).getBigInt64(0, true);
    if (count < 0n || count > BigInt(source.size)) throw damaged('a storage has an impossible size');
    const bytes = Number(count) * bytesPerValue(storage);
    if (wanted.has(storage.key)) places.set(storage.key, { at: at + countBytes, bytes });
    at += countBytes + bytes;
  }
  const readStorage: ReadStorage = async ({ key }, begin, last, what) => {
    const place = places.get(key);
    if (place === undefined || last > place.bytes) throw damaged(`the storage of ${what} is not in it`);
    return readPart(source, place.at + begin, place.at + last, what);
  };
  return tensors.map((tensor) => foundTensor(tensor, file, readStorage));
}
