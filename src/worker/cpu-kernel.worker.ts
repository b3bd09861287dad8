import { serveKernel } from '../kernels/wasm/kernel-worker';

// One of the CPU's compute workers: it blocks while it computes; the pool that spawned it hears everything else.
serveKernel({
  addEventListener: (type, listener) => {
    self.addEventListener(type, listener);
  },
  postMessage: (message, transfer = []) => {
    self.postMessage(message, { transfer });
  },
});
