import type { OutsideRequest } from './outside-request';

/** The requests to other sites that one context made, in their order, for whoever follows them. */
export class RequestLog {
  readonly #requests: OutsideRequest[] = [];
  readonly #followers = new Set<(requests: readonly OutsideRequest[]) => void>();

  add(request: OutsideRequest): void {
    this.#requests.push(request);
    for (const tell of this.#followers) tell([request]);
  }

  /** Tells those made so far, then each as it is made. Resolves when the signal is aborted. */
  follow(onRequests: (requests: readonly OutsideRequest[]) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    if (this.#requests.length > 0) onRequests([...this.#requests]);
    this.#followers.add(onRequests);
    return new Promise((resolve) => {
      signal.addEventListener(
        'abort',
        () => {
          this.#followers.delete(onRequests);
          resolve();
        },
        { once: true },
      );
    });
  }
}
