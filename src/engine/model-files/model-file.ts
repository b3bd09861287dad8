import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { ModelImportProgress } from '../../domain/model-import';
import type { ByteSource } from './byte-source';
import { type OpenedModel, type ReadModel, readOpened } from './read-model';
import { isSafetensors, openSafetensors } from './safetensors-file';
import { nothingTold, readMetadata } from './told-config';

/** Enough to tell the formats apart. */
const sniffedBytes = 64;

async function open(source: ByteSource): Promise<OpenedModel | null> {
  const first = await source.read(0, Math.min(sniffedBytes, source.size));
  if (!isSafetensors(first)) return null;
  const { tensors, metadata } = await openSafetensors(source);
  const told = readMetadata(metadata, source.name) ?? nothingTold;
  return { name: source.name, fileName: source.name, format: 'safetensors', tensors, told };
}

/**
 * Reads one model out of the files given: usually one; ONNX with its external data, a ZIP. Only the bytes that are needed are read.
 * @throws HeadstartError the `model-*` codes, `file-unreadable`, `cancelled`
 */
export async function readModelFile(
  files: readonly ByteSource[],
  onProgress: (progress: ModelImportProgress) => void,
  signal: AbortSignal,
): Promise<ReadModel> {
  for (const source of files) {
    throwIfCancelled(signal);
    const opened = await open(source);
    if (opened !== null) return readOpened(opened, onProgress, signal);
  }
  throw new HeadstartError('model-file-unknown', { name: files[0]?.name ?? 'Nothing' });
}
