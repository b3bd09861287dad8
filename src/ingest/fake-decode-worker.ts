import type { DecodeAnswer, DecodeRequest } from './decode-protocol';

/** A worker for tests in Node: the test answers each request when it likes. */
export class FakeDecodeWorker extends EventTarget {
  readonly requests: DecodeRequest[] = [];
  terminated = false;
  /** Called with every request; left out, requests wait for the test. */
  onRequest: ((request: DecodeRequest, worker: FakeDecodeWorker) => void) | null = null;

  static create(onRequest: FakeDecodeWorker['onRequest'] = null): FakeDecodeWorker & Worker {
    const worker = new FakeDecodeWorker();
    worker.onRequest = onRequest;
    // The pool uses a worker's events, postMessage and terminate, which are here.
    return worker as FakeDecodeWorker & Worker;
  }

  postMessage(request: DecodeRequest): void {
    this.requests.push(request);
    this.onRequest?.(request, this);
  }

  answer(answer: DecodeAnswer): void {
    this.dispatchEvent(new MessageEvent('message', { data: answer }));
  }

  die(): void {
    this.dispatchEvent(new Event('error'));
  }

  terminate(): void {
    this.terminated = true;
  }
}
