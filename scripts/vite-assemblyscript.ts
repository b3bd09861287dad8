import type { Plugin } from 'vite';
import { assemblyFolder, ensureKernels } from './compile-kernels';

/** Compiles the CPU kernels before a build, a dev server or a test run starts, and again when one of their sources is saved. */
export function assemblyScript(): Plugin {
  return {
    name: 'headstart-assemblyscript',
    async configResolved() {
      await ensureKernels();
    },
    configureServer(server) {
      server.watcher.add(assemblyFolder);
      server.watcher.on('change', (path) => {
        if (!path.startsWith(assemblyFolder)) return;
        ensureKernels().then(
          () => {
            server.ws.send({ type: 'full-reload' });
          },
          (error: unknown) => {
            server.config.logger.error(String(error));
          },
        );
      });
    },
  };
}
