import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { type HubPage, parsePage } from './rows';

/** Replaced in tests. */
export interface HubOptions {
  readonly fetch?: typeof fetch;
  /** Resolves after so many milliseconds; rejects with `cancelled` when the signal is aborted. */
  readonly delay?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** The most rows that the viewer gives in one call. */
export const maxRows = 100;
const dataset = { dataset: 'microsoft/cats_vs_dogs', config: 'default', split: 'train' } as const;
export const datasetName = dataset.dataset;

const notImplemented = 501;
const attempts = 4;
const firstPause = 1_000;
/** A server that asks for a longer wait is told to the person instead of being waited for. */
const longestPause = 30_000;

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new HeadstartError('cancelled'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Milliseconds that `Retry-After` asks for (seconds or a date); null when it does not. */
function retryAfter(response: Response): number | null {
  const text = response.headers.get('Retry-After');
  if (text === null) return null;
  const milliseconds = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : null;
}

function describe(response: Response): string {
  const code = response.headers.get('X-Error-Code');
  return code === null ? `HTTP ${response.status}` : `HTTP ${response.status}, ${code}`;
}

/** Hugging Face's dataset viewer, as far as the photos of cats and dogs need it. Sends no cookies and no address of ours. */
export class HubClient {
  readonly host: string;
  readonly #server: string;
  readonly #signal: AbortSignal;
  readonly #fetch: typeof fetch;
  readonly #delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;

  /** @param server address that ends with `/` */
  constructor(server: string, signal: AbortSignal, options: HubOptions = {}) {
    this.#server = server;
    this.host = new URL(server).host;
    this.#signal = signal;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#delay = options.delay ?? wait;
  }

  /** Rows `offset..offset+length-1` of one label. @throws HeadstartError hub-* */
  filterRows(label: number, offset: number, length: number): Promise<HubPage> {
    return this.#page('filter', { ...dataset, where: `"labels"=${label}`, offset: String(offset), length: String(length) });
  }

  /** Rows `offset..offset+length-1` of all. @throws HeadstartError hub-* */
  rows(offset: number, length: number): Promise<HubPage> {
    return this.#page('rows', { ...dataset, offset: String(offset), length: String(length) });
  }

  /** A picture; null when its address has expired or is gone. @throws HeadstartError hub-* */
  async picture(src: string): Promise<Blob | null> {
    let address: URL;
    try {
      address = new URL(src, this.#server);
    } catch (cause) {
      throw new HeadstartError('hub-unexpected', {}, { cause });
    }
    if (!['http:', 'https:'].includes(address.protocol)) throw new HeadstartError('hub-unexpected');
    return this.#request(address, [403, 404, 410], (response) => response.blob());
  }

  async #page(path: 'filter' | 'rows', query: Record<string, string>): Promise<HubPage> {
    const address = new URL(path, this.#server);
    address.search = new URLSearchParams(query).toString();
    const text = await this.#request(address, [], (response) => response.text());
    try {
      return parsePage(JSON.parse(text ?? ''));
    } catch (cause) {
      throw cause instanceof HeadstartError ? cause : new HeadstartError('hub-unexpected', {}, { cause });
    }
  }

  /** Fetches and reads, trying again on 429, 5xx and lost connections; a status in `gone` gives null. */
  async #request<T>(address: URL, gone: readonly number[], read: (response: Response) => Promise<T>): Promise<T | null> {
    for (let attempt = 1; ; attempt += 1) {
      throwIfCancelled(this.#signal);
      let failure: HeadstartError;
      let pause = firstPause * 2 ** (attempt - 1);
      try {
        const response = await this.#fetch(address, { signal: this.#signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
        if (response.ok) return await read(response);
        if (gone.includes(response.status)) return null;
        if (response.status === 429) {
          failure = new HeadstartError('hub-busy');
          pause = retryAfter(response) ?? pause;
        } else {
          failure = new HeadstartError('hub-refused', { detail: describe(response) });
          if (response.status < 500 || response.status === notImplemented) throw failure;
          pause = retryAfter(response) ?? pause;
        }
      } catch (cause) {
        if (cause instanceof HeadstartError) throw cause;
        throwIfCancelled(this.#signal);
        failure = new HeadstartError('hub-offline', { host: this.host }, { cause });
      }
      if (attempt === attempts || pause > longestPause) throw failure;
      await this.#delay(pause, this.#signal);
    }
  }
}
