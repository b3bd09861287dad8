import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { type Delay, waitFor } from '../../domain/wait';

/** Replaced in tests. */
export interface HubOptions {
  readonly fetch?: typeof fetch;
  /** Resolves after so many milliseconds; rejects with `cancelled` when the signal is aborted. */
  readonly delay?: Delay;
}

/** Told before each pause: a server that is busy or out of order is asked again after so many seconds. */
export type OnWait = (seconds: number) => void;

/** The most rows that the viewer gives in one call. */
export const maxRows = 100;

const notImplemented = 501;
const attempts = 4;
const firstPause = 1_000;
/** A server that asks for a longer wait is told to the person instead of being waited for. */
const longestPause = 30_000;

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

/** `hub-refused`, with the status for whoever can say more. */
export class HubRefusal extends HeadstartError {
  readonly status: number;
  /** `HTTP 501, TooBigContentError`. */
  readonly detail: string;

  constructor(status: number, detail: string) {
    super('hub-refused', { detail });
    this.status = status;
    this.detail = detail;
  }
}

/** Hugging Face's dataset viewer (https://huggingface.co/docs/dataset-viewer). Sends no cookies and no address of ours. */
export class HubClient {
  readonly host: string;
  readonly #server: string;
  readonly #signal: AbortSignal;
  readonly #fetch: typeof fetch;
  readonly #delay: Delay;
  readonly #onWait: OnWait;

  /** @param server address that ends with `/` */
  constructor(server: string, signal: AbortSignal, options: HubOptions = {}, onWait: OnWait = () => undefined) {
    this.#server = server;
    this.host = new URL(server).host;
    this.#signal = signal;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#delay = options.delay ?? waitFor;
    this.#onWait = onWait;
  }

  /** A picture; null when its address has expired or is gone. @throws HeadstartError hub-* */
  async picture(src: string): Promise<Blob | null> {
    let address: URL;
    try {
      address = new URL(src, this.#server);
    } catch (cause) {
      throw new HeadstartError('hub-unexpected', {}, { cause });
    }
    // The viewer serves its pictures itself. What is anywhere else the page's policy would not let through.
    if (address.origin !== new URL(this.#server).origin) throw new HeadstartError('hub-unexpected');
    return this.#request(address, [403, 404, 410], (response) => response.blob());
  }

  /** The answer of one of the viewer's calls, parsed as JSON and not checked. @throws HeadstartError hub-* */
  async ask(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const address = new URL(path, this.#server);
    address.search = new URLSearchParams(query).toString();
    const text = await this.#request(address, [], (response) => response.text());
    try {
      return JSON.parse(text ?? '');
    } catch (cause) {
      throw new HeadstartError('hub-unexpected', {}, { cause });
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
          failure = new HubRefusal(response.status, describe(response));
          if (response.status < 500 || response.status === notImplemented) throw failure;
          pause = retryAfter(response) ?? pause;
        }
      } catch (cause) {
        if (cause instanceof HeadstartError) throw cause;
        throwIfCancelled(this.#signal);
        failure = new HeadstartError('hub-offline', { host: this.host }, { cause });
      }
      if (attempt === attempts || pause > longestPause) throw failure;
      this.#onWait(pause / 1000);
      await this.#delay(pause, this.#signal);
    }
  }
}
