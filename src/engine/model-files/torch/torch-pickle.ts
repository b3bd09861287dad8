import { HeadstartError } from '../../../domain/errors';
import type { ByteSource } from '../byte-source';
import { PickleFault } from './pickle-bytes';
import { readPickle, type ReadPickle } from './read-pickle';
import { RefusedName } from './torch-names';

/** Lists of a hundred thousand tensors are shorter. */
export const largestPickleBytes = 32_000_000;

/**
 * A pickle of a PyTorch file as data; `needsMore` is called where the bytes end too early.
 * @throws HeadstartError `model-pickle-refused`, `model-file-damaged`, and what `needsMore` gives
 */
export function readTorchPickle(bytes: Uint8Array, start: number, file: string, needsMore: () => Error): ReadPickle {
  try {
    return readPickle(bytes, start);
  } catch (thrown) {
    if (thrown instanceof RefusedName) throw new HeadstartError('model-pickle-refused', { name: file, what: thrown.asked });
    if (!(thrown instanceof PickleFault)) throw thrown;
    if (thrown.needsMore) throw needsMore();
    throw new HeadstartError('model-file-damaged', { name: file, detail: thrown.message }, { cause: thrown });
  }
}

/**
 * A pickle that torch did not write as a file: what it asks for to be run is refused by its name, and the rest is no model.
 * @throws HeadstartError always: `model-pickle-refused`, `model-file-damaged`, `model-file-unknown`
 */
export async function openPlainPickle(source: ByteSource): Promise<never> {
  const { name, size } = source;
  const bytes = await source.read(0, Math.min(size, largestPickleBytes));
  readTorchPickle(bytes, 0, name, () => new HeadstartError('model-file-unknown', { name }));
  throw new HeadstartError('model-file-unknown', { name });
}
