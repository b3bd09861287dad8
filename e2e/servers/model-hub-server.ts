import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sparseSafetensors, type SparseTensor, vgg16Tensors } from './sparse-safetensors';

/** What goes wrong; changed while the server runs. */
export interface ModelHubFaults {
  /** As the real host of the files: a browser asks whether `If-Range` may be sent, and is not allowed to. */
  allowsIfRange: boolean;
  /** Answers with the whole file, whatever is asked. */
  ignoresRange: boolean;
  /** The next so many answers with a part break off after `cutAfter` bytes. */
  cuts: number;
  cutAfter: number;
  /** So many connections are dropped without an answer. */
  drops: number;
  /** So many requests for the file are answered with `status`. */
  refusals: number;
  status: number;
  /** After so many answers with a part the file is another one. */
  changesAfter: number;
  /** Answers with bytes that lie so much further on than those that were asked for. */
  shift: number;
  etag: 'strong' | 'weak' | 'none';
  /** A page, as a portal that wants a login sends for everything. */
  page: boolean;
  /** In place of the file's first eight bytes: the length of its header. */
  headerLength: bigint | null;
  /** Whether the answer's `Content-Range` may be read by a page of another site, and is there at all. */
  hasContentRange: boolean;
}

/** A request for the file, or a browser's question whether it may ask. */
export interface ModelHubRequest {
  readonly host: 'hub' | 'files';
  readonly method: string;
  /** The first byte and the last, as the header has them; null where all of the file is asked for. */
  readonly range: readonly [number, number] | null;
  readonly ifRange: string | null;
  status: number;
  /** Of the body, handed to the system. */
  bytesSent: number;
}

export interface ModelHubServer {
  /** Ends with `/`: for the meta tag `headstart:model-hub`. */
  readonly url: string;
  /** Both meta tags: `openApp({ server: { meta: hub.meta } })`. */
  readonly meta: Readonly<Record<'headstart:model-hub' | 'headstart:model-hub-files', string>>;
  readonly requests: readonly ModelHubRequest[];
  readonly faults: ModelHubFaults;
  readonly totalBytes: number;
  /** From now on it is another file of the same layout, with another ETag. */
  change(): void;
  close(): Promise<void>;
}

export interface ModelHubOptions {
  /** In the file's order; timm's VGG-16 without it, of 553 MB, of which nothing is held. */
  readonly tensors?: readonly SparseTensor[];
  /** Values of a tensor, in place of those that are made from the seed; null where those are fine. */
  readonly values?: (name: string) => Float32Array | null;
  readonly seed?: number;
}

/** Of the contract with the real ones, as they answer. */
const exposed = 'Accept-Ranges, Content-Range, Content-Type, Content-Disposition, ETag';
const allowed = 'Content-Range, Content-Type, Content-Disposition, ETag';
const filePath = /^\/timm\/vgg16\.tv_in1k\/resolve\/[0-9a-f]{40}\/model\.safetensors$/;
const chunkBytes = 1 << 20;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function rangeOf(header: string | undefined): readonly [number, number] | null {
  const told = /^bytes=(\d+)-(\d+)$/.exec(header ?? '');
  return told === null ? null : [Number(told[1]), Number(told[2])];
}

/**
 * A stand-in for the Hugging Face Hub with VGG-16's weights, at the real path, which sends on to a second origin as the real one does. Its
 * weights are finite, of the size that He's initialisation gives, and the same for a seed, so a run on them learns. For a page:
 * `const hub = await startModelHub(); openApp({ server: { meta: hub.meta } })`; then set `hub.faults`, count `hub.requests`.
 */
export async function startModelHub({
  tensors = vgg16Tensors(),
  values,
  seed = 1,
}: ModelHubOptions = {}): Promise<ModelHubServer> {
  const faults: ModelHubFaults = {
    allowsIfRange: false,
    ignoresRange: false,
    cuts: 0,
    cutAfter: 0,
    drops: 0,
    refusals: 0,
    status: 503,
    changesAfter: Infinity,
    shift: 0,
    etag: 'strong',
    page: false,
    headerLength: null,
    hasContentRange: true,
  };
  const requests: ModelHubRequest[] = [];
  let version = 1;
  let parts = 0;
  let file = sparseSafetensors(tensors, seed, values);
  const change = (): void => {
    version += 1;
    file = sparseSafetensors(tensors, seed + version, values);
  };
  const etag = (): string | null => {
    if (faults.etag === 'none') return null;
    return `${faults.etag === 'weak' ? 'W/' : ''}"file-${String(version)}"`;
  };

  const cors = (): Record<string, string> => ({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': faults.hasContentRange ? exposed : 'ETag',
  });

  /** True where the answer is given already. */
  const answersOtherwise = (request: IncomingMessage, response: ServerResponse, record: ModelHubRequest): boolean => {
    const end = (status: number, headers: Record<string, string> = {}, body = ''): boolean => {
      record.status = status;
      record.bytesSent = body.length;
      response.writeHead(status, { ...cors(), ...headers }).end(body);
      return true;
    };
    if (request.method === 'OPTIONS')
      return end(200, { 'Access-Control-Allow-Headers': faults.allowsIfRange ? `${allowed}, Range, If-Range` : allowed });
    if (request.method !== 'GET') return end(405);
    if (faults.drops > 0) {
      faults.drops -= 1;
      request.socket.destroy();
      return true;
    }
    if (faults.page) return end(200, { 'Content-Type': 'text/html; charset=utf-8' }, '<!doctype html><title>Log in</title>');
    if (faults.refusals > 0) {
      faults.refusals -= 1;
      return end(faults.status);
    }
    return false;
  };

  const note = (request: IncomingMessage, host: ModelHubRequest['host']): ModelHubRequest => {
    const record: ModelHubRequest = {
      host,
      method: request.method ?? 'GET',
      range: rangeOf(request.headers.range),
      ifRange: request.headers['if-range']?.toString() ?? null,
      status: 0,
      bytesSent: 0,
    };
    requests.push(record);
    return record;
  };

  /** Bytes are made as they are sent; whoever goes away in the middle ends it. */
  const send = async (response: ServerResponse, begin: number, end: number, record: ModelHubRequest, isPart: boolean) => {
    const gone = new Promise((resolve) => response.once('close', resolve));
    const isCut = isPart && faults.cuts > 0;
    if (isCut) faults.cuts -= 1;
    const until = isCut ? Math.min(end, begin + faults.cutAfter) : end;
    for (let at = begin; at < until && !response.destroyed; at += chunkBytes) {
      const bytes = file.read(at, Math.min(until, at + chunkBytes));
      if (at === 0 && faults.headerLength !== null)
        new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, faults.headerLength, true);
      const isTaken = response.write(bytes);
      record.bytesSent += bytes.length;
      if (!isTaken) await Promise.race([gone, new Promise((resolve) => response.once('drain', resolve))]);
    }
    if (!isCut) response.end();
    else if (until === begin) response.destroy();
    // What was written is to arrive before the line breaks.
    else response.write('', () => response.destroy());
  };

  const files = createServer((request, response) => {
    const record = note(request, 'files');
    if (answersOtherwise(request, response, record)) return;
    if (parts >= faults.changesAfter) {
      faults.changesAfter = Infinity;
      change();
    }
    const mark = etag();
    const headers = {
      ...cors(),
      'Accept-Ranges': 'bytes',
      'Content-Type': 'application/octet-stream',
      'Last-Modified': new Date(Date.UTC(2023, 0, version)).toUTCString(),
      ...(mark === null ? {} : { ETag: mark }),
    };
    const isSame = record.ifRange === null || record.ifRange === mark;
    if (record.range === null || faults.ignoresRange || !isSame) {
      record.status = 200;
      response.writeHead(200, { ...headers, 'Content-Length': String(file.size) });
      void send(response, 0, file.size, record, false);
      return;
    }
    const [first, last] = record.range.map((at) => at + faults.shift) as [number, number];
    if (first >= file.size) {
      record.status = 416;
      response.writeHead(416, { ...headers, 'Content-Range': `bytes */${String(file.size)}` }).end();
      return;
    }
    const end = Math.min(file.size, last + 1);
    const told = faults.hasContentRange
      ? { 'Content-Range': `bytes ${String(first)}-${String(end - 1)}/${String(file.size)}` }
      : {};
    record.status = 206;
    parts += 1;
    response.writeHead(206, { ...headers, ...told, 'Content-Length': String(end - first) });
    void send(response, first, end, record, true);
  });
  const filesOrigin = await listen(files);

  const hub = createServer((request, response) => {
    const record = note(request, 'hub');
    if (request.method === 'OPTIONS' && answersOtherwise(request, response, record)) return;
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    record.status = filePath.test(pathname) ? 302 : 404;
    const location = { Location: `${filesOrigin}/xet-bridge-us/vgg16?Signature=${String(requests.length)}` };
    response.writeHead(record.status, { ...cors(), ...(record.status === 302 ? location : {}) }).end();
  });
  const url = `${await listen(hub)}/`;

  const closeOne = (server: Server) =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url,
    meta: { 'headstart:model-hub': url, 'headstart:model-hub-files': filesOrigin },
    requests,
    faults,
    get totalBytes() {
      return file.size;
    },
    change,
    close: async () => {
      await Promise.all([closeOne(hub), closeOne(files)]);
    },
  };
}
