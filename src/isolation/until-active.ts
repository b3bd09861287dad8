/** What is needed of a service worker's registration. */
export interface Registration {
  readonly active: unknown;
  readonly installing: Pick<ServiceWorker, 'state' | 'addEventListener'> | null;
}

/** Resolves to whether it came to work; a worker that cannot be installed becomes redundant. */
export function untilActive({ active, installing }: Registration): Promise<boolean> {
  if (active !== null) return Promise.resolve(true);
  if (installing === null) return Promise.resolve(false);
  return new Promise((resolve) => {
    installing.addEventListener('statechange', () => {
      if (installing.state === 'activated') resolve(true);
      if (installing.state === 'redundant') resolve(false);
    });
  });
}
