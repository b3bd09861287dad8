import { HeadstartError } from '../../../domain/errors';
import { type ByteSource, readPart } from '../byte-source';
import type { FoundTensor } from '../tensor-values';
import type { ZipFileMember } from '../zip-file';
import type { PickleStorage } from './pickle-values';
import { findStateDict } from './state-dict';
import { typeBytes } from './torch-names';
import { largestPickleBytes, readTorchPickle } from './torch-pickle';
import { foundTensor, type ReadStorage } from './torch-tensor';

const pickleFile = 'data.pkl';

/** The folder of torch's own files in a ZIP, with its slash; null where the ZIP is none of torch's. */
export function torchFolder(members: readonly ZipFileMember[]): string | null {
  const paths = new Set(members.map(({ path }) => path));
  const folders = [...paths]
    .filter((path) => path === pickleFile || path.endsWith(`/${pickleFile}`))
    .map((path) => path.slice(0, -pickleFile.length))
    // A file called data.pkl alone may be anybody's.
    .filter((folder) => paths.has(`${folder}version`) || paths.has(`${folder}.format_version`) || paths.has(`${folder}data/0`));
  return folders[0] ?? null;
}

/**
 * A file of PyTorch since 1.6: a ZIP of a pickle and of each storage's numbers. Of these only what is needed is read.
 * @throws HeadstartError `model-pickle-refused`, `model-file-damaged`, `model-file-truncated`, `model-file-big-endian`
 */
export async function openTorchArchive(
  file: string,
  members: readonly ZipFileMember[],
  folder: string,
  signal: AbortSignal,
): Promise<readonly FoundTensor[]> {
  const byPath = new Map(members.map((member) => [member.path, member]));
  const damaged = (detail: string) => new HeadstartError('model-file-damaged', { name: file, detail });
  const readSmall = async (name: string, most: number): Promise<Uint8Array | null> => {
    const member = byPath.get(`${folder}${name}`);
    if (member === undefined) return null;
    if (member.size > most) throw damaged(`its ${name} is too long`);
    const source = await member.open(signal);
    return readPart(source, 0, source.size, name);
  };
  const order = await readSmall('byteorder', 100);
  if (order !== null && new TextDecoder().decode(order).trim() !== 'little')
    throw new HeadstartError('model-file-big-endian', { name: file });
  const pickle = await readSmall(pickleFile, largestPickleBytes);
  if (pickle === null) throw damaged('it has no list of tensors');
  const { value } = readTorchPickle(pickle, 0, file, () => damaged('its list of tensors ends too early'));

  const opened = new Map<string, Promise<ByteSource>>();
  const openStorage = ({ key, type, from, count }: PickleStorage, what: string): Promise<ByteSource> => {
    const member = byPath.get(`${folder}data/${key}`);
    if (member === undefined) throw damaged(`the storage of ${what} is not in it`);
    const wanted = (from + count) * ((type === null ? 1 : typeBytes[type]) ?? 1);
    if (member.size < wanted) throw damaged(`the storage of ${what} is shorter than it says`);
    const source = opened.get(key) ?? member.open(signal);
    opened.set(key, source);
    return source;
  };
  const readStorage: ReadStorage = async (storage, begin, end, what) =>
    readPart(await openStorage(storage, what), begin, end, what);
  return findStateDict(value).map((tensor) => foundTensor(tensor, file, readStorage));
}
