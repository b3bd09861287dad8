import { HeadstartError } from '../../domain/errors';
import type { HubWeightsState, ModelImportProgress } from '../../domain/model-import';
import { backboneParameterCount } from '../../domain/vgg16';
import type { BackboneStore } from '../../storage/backbone-store';
import type { ByteRange, HubPart, OpenPart } from '../../storage/hub-part';
import type { ByteSource } from '../model-files/byte-source';
import { type ReadModel, readOpened } from '../model-files/read-model';
import { headerLength, lengthBytes, openSafetensors } from '../model-files/safetensors-file';
import { nothingTold } from '../model-files/told-config';
import { checkVgg16 } from '../model-files/vgg16-check';
import { type DownloadEnvironment, PartDownload } from './download-part';
import { browserLoaderEnvironment } from './weights-loader';

/**
 * torchvision's VGG-16 as timm publishes it, at a revision that never changes. The whole file's SHA-256 is
 * 57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8; of the part that is fetched none is published.
 */
export const hubFile = {
  repository: 'timm/vgg16.tv_in1k',
  revision: 'b8d8aa2dd860af9233c8c67385a8097fd6c35d3f',
  name: 'model.safetensors',
} as const;

/** Of the convolutions, float32. */
const expectedBytes = backboneParameterCount * 4;

export interface HubWeightsParts {
  readonly part: HubPart;
  readonly store: Pick<BackboneStore, 'list' | 'read'>;
  readonly environment?: DownloadEnvironment;
}

/** Of what is kept as bare convolutions. */
const nothingElse = {
  format: 'safetensors',
  head: null,
  headProblem: null,
  scaling: null,
  resize: null,
  ignored: [],
  precision: ['float32'],
} as const satisfies Omit<ReadModel, 'fileName' | 'conv'>;

/** `hub` is the address of the Hub and ends with `/`. */
export function hubFileUrl(hub: string): string {
  return new URL(`${hubFile.repository}/resolve/${hubFile.revision}/${hubFile.name}`, hub).href;
}

/**
 * The weights that the Hub holds, of which only the convolutions are fetched: 58.9 MB of 553. What came is kept until the weights are kept
 * elsewhere (`drop`), so a fetch that was cancelled, cut or killed goes on where it was.
 */
export class HubWeights {
  readonly #part: HubPart;
  readonly #store: HubWeightsParts['store'];
  readonly #download: PartDownload;

  constructor({ part, store, environment = browserLoaderEnvironment }: HubWeightsParts) {
    this.#part = part;
    this.#store = store;
    this.#download = new PartDownload(environment);
  }

  /** What is on this device of them. Never rejects. */
  async state(hub: string): Promise<HubWeightsState> {
    const url = hubFileUrl(hub);
    const said = { repository: hubFile.repository, revision: hubFile.revision, host: new URL(url).host };
    if ((await this.#keptId()) !== null) return { ...said, receivedBytes: expectedBytes, totalBytes: expectedBytes };
    const here = await this.#part.state();
    const own = here?.url === url ? here : { received: 0, wanted: expectedBytes };
    return { ...said, receivedBytes: own.received, totalBytes: own.wanted };
  }

  /**
   * From what is kept on this device, else from the Hub, at most four tries a piece. Nothing is replaced by it.
   * @throws HeadstartError `hub-weights-*` and `cancelled`, what came being kept; `model-*` where the Hub holds other weights, nothing being kept
   */
  async fetch(hub: string, onProgress: (progress: ModelImportProgress) => void, signal: AbortSignal): Promise<ReadModel> {
    const kept = await this.#readKept();
    if (kept !== null) return { ...nothingElse, fileName: hubFile.name, conv: kept };
    const url = hubFileUrl(hub);
    try {
      const open = await this.#download.run(this.#part, {
        url,
        headerBytes: (first, totalBytes) => headerBytesOf(first, totalBytes, url),
        choose: (header, totalBytes) => chooseRanges(header, totalBytes, url),
        onProgress,
        signal,
      });
      return await this.#readPart(open, url, onProgress, signal);
    } finally {
      this.#part.close();
    }
  }

  /** Lets go of what was fetched, once it is kept elsewhere or not wanted. Never rejects. */
  drop(): Promise<void> {
    return this.#part.discard();
  }

  async #readPart(
    open: OpenPart,
    url: string,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ReadModel> {
    try {
      const source = partSource(open, url);
      const { tensors } = await openSafetensors(source);
      const { name } = source;
      const opened = {
        name,
        fileName: hubFile.name,
        format: 'safetensors',
        tensors,
        told: nothingTold,
        headProblem: null,
      } as const;
      return await readOpened(opened, onProgress, signal);
    } catch (error) {
      // What is not VGG-16 will not be on a second look either.
      if (error instanceof HeadstartError && error.code !== 'cancelled') await this.#part.drop();
      throw error;
    }
  }

  async #keptId(): Promise<string | null> {
    const kept = (await this.#store.list()).find(
      ({ source }) => source.kind === 'hub' && source.repository === hubFile.repository && source.revision === hubFile.revision,
    );
    return kept?.id ?? null;
  }

  async #readKept(): Promise<ReadonlyMap<string, Float32Array> | null> {
    const id = await this.#keptId();
    // What cannot be read is fetched anew.
    return id === null ? null : this.#store.read(id).catch(() => null);
  }
}

function unexpected(url: string, detail: string, cause?: unknown): HeadstartError {
  return new HeadstartError('hub-weights-unexpected', { host: new URL(url).host, detail }, { cause });
}

function headerBytesOf(first: Uint8Array, totalBytes: number, url: string): number {
  const length = headerLength(first);
  if (length === null || lengthBytes + length > totalBytes) throw unexpected(url, 'its header has an impossible length');
  return lengthBytes + length;
}

/**
 * Where the convolutions lie, neighbours as one. Checked before anything of them is fetched: names, shapes, types, and that they are no more
 * than VGG-16's are.
 */
async function chooseRanges(header: Uint8Array<ArrayBuffer>, totalBytes: number, url: string): Promise<readonly ByteRange[]> {
  const subject = { url, etag: null, lastModified: null, totalBytes, header, ranges: [] };
  const source = partSource({ subject, values: new Uint8Array(0), received: 0 }, url);
  const { tensors } = await openSafetensors(source).catch((error: unknown) => {
    const isShort = error instanceof HeadstartError && error.code === 'model-file-truncated';
    throw unexpected(url, isShort ? 'its header names more bytes than it has' : 'its header cannot be read', error);
  });
  const { conv } = checkVgg16(tensors, source.name);
  const names = new Set([...(conv?.values() ?? [])].map(({ name }) => name));
  const ranges: { begin: number; end: number }[] = [];
  for (const { begin, end } of tensors.filter(({ name }) => names.has(name)).sort((one, other) => one.begin - other.begin)) {
    const last = ranges.at(-1);
    if (last !== undefined && begin < last.end) throw unexpected(url, 'its tensors overlap');
    if (last?.end === begin) last.end = end;
    else ranges.push({ begin, end });
  }
  if (ranges.length === 0) throw unexpected(url, 'it holds no convolutions');
  return ranges;
}

/** The file as far as it is here; whatever else is asked of it was not fetched. */
function partSource({ subject: { header, ranges, totalBytes }, values }: OpenPart, url: string): ByteSource {
  return {
    name: `${hubFile.name} at ${new URL(url).host}`,
    size: totalBytes,
    read: (begin, end) => {
      if (end <= header.length) return Promise.resolve(header.slice(begin, end));
      let before = 0;
      for (const range of ranges) {
        if (begin >= range.begin && end <= range.end)
          return Promise.resolve(values.slice(before + begin - range.begin, before + end - range.begin));
        before += range.end - range.begin;
      }
      return Promise.reject(unexpected(url, 'its values lie elsewhere than its header says'));
    },
  };
}
