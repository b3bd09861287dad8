import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';
import { PlainFailure, projectRoot } from '../../scripts/install.mjs';
import { isolationHeaders } from '../../vite.config';

/** Serves the bench's own page with the engine's sources, as the app's worker has them. */
export async function serveFeaturesPage(): Promise<{ server: ViteDevServer; url: string; weights: string }> {
  const server = await createServer({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, headers: isolationHeaders, watch: null, hmr: false },
    // Found up front: a dependency discovered midway reloads the page.
    optimizeDeps: {
      entries: [fileURLToPath(new URL('./features.worker.ts', import.meta.url))],
      include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu'],
    },
    cacheDir: `${projectRoot}.cache/bench-vite`,
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new PlainFailure('The bench’s page could not be served.');
  return { server, url: `${address}bench/features/index.html`, weights: `${address}models/vgg16/` };
}
