type Ask<Request> = <T>(request: Request) => Promise<T>;

/** How a test asks its worker: each call has a port of its own, which answers once. */
export function askWorker<Request>(worker: Worker): Ask<Request> {
  return <T>(request: Request): Promise<T> =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data: answer }: MessageEvent<{ result: T } | { error: string }>) => {
        if ('error' in answer) reject(new Error(answer.error));
        else resolve(answer.result);
      };
      worker.postMessage(request, [port2]);
    });
}
