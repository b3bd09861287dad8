import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { assemblyScript } from './scripts/vite-assemblyscript';
import packageJson from './package.json' with { type: 'json' };
import { serviceWorker } from './scripts/vite-service-worker';

/** Cross-origin isolation: shared memory for compute threads needs both headers. Where a host cannot send them, src/sw.ts adds the same. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const { version, dependencies } = packageJson;

export default defineConfig({
  // What the diagnostics tell (src/ui/diagnostics/browser-facts.ts).
  define: {
    headstartVersions: JSON.stringify({
      Headstart: version,
      'TensorFlow.js': dependencies['@tensorflow/tfjs-core'],
      libheif: dependencies['libheif-js'],
      React: dependencies.react,
    }),
  },
  // Relative, so that dist/ works at a sub-path of any static host.
  base: './',
  plugins: [react(), assemblyScript(), serviceWorker()],
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
