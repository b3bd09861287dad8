import { makeZip } from 'client-zip';
import { throwIfCancelled } from '../domain/errors';
import {
  sizeOfModel,
  type ExportedModel,
  type ExportPrecision,
  type ModelExportProgress,
  type ModelExportReport,
} from '../domain/model-export';
import { toWriteError } from '../domain/write-error';
import type { ExportFile, ExportFormat } from './export-format';

/** Progress is told no more often. */
const pauseMs = 100;

export interface WriteParts {
  readonly target: FileSystemFileHandle;
  readonly onProgress: (progress: ModelExportProgress) => void;
  readonly signal: AbortSignal;
}

async function* piecesOf({ bytes }: ExportFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (typeof bytes === 'string') yield new TextEncoder().encode(bytes);
  else if (bytes instanceof Uint8Array) yield bytes;
  else yield* bytes;
}

async function* join(
  files: AsyncIterable<{ readonly input: AsyncIterable<Uint8Array<ArrayBuffer>> }>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for await (const { input } of files) yield* input;
}

/** ReadableStream.from is not in every browser. */
function streamOf(pieces: AsyncGenerator<Uint8Array<ArrayBuffer>, void>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: async (controller) => {
      const next = await pieces.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await pieces.return(undefined);
    },
  });
}

/**
 * Writes a model as `format` has it, piece by piece. When it fails or is cancelled nothing is left: the browser puts a file in place only
 * when it is whole.
 * @throws HeadstartError `cancelled`, `storage-full`, `export-failed`
 */
export async function writeExport(
  format: ExportFormat,
  model: ExportedModel,
  precision: ExportPrecision,
  { target, onProgress, signal }: WriteParts,
): Promise<ModelExportReport> {
  const estimate = format.estimateBytes(sizeOfModel(model.classNames.length), precision);
  let [count, bytes, told] = [0, 0, -Infinity];
  const tell = (): void => {
    const now = performance.now();
    if (now - told < pauseMs) return;
    told = now;
    onProgress({ stage: 'writing', done: Math.min(bytes, estimate), total: estimate });
  };
  async function* counted(file: ExportFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const piece of piecesOf(file)) {
      throwIfCancelled(signal);
      yield piece;
      bytes += piece.length;
      tell();
    }
  }
  async function* files() {
    const lastModified = new Date();
    for await (const file of format.files(model, precision)) {
      throwIfCancelled(signal);
      count += 1;
      yield { name: file.path, input: counted(file), lastModified };
    }
  }
  try {
    throwIfCancelled(signal);
    tell();
    const writable = await target.createWritable();
    await (format.packaging === 'zip' ? makeZip(files()) : streamOf(join(files()))).pipeTo(writable, { signal });
  } catch (thrown) {
    throw toWriteError(thrown);
  }
  onProgress({ stage: 'writing', done: estimate, total: estimate });
  return { format: format.id, precision, files: count, bytes };
}
