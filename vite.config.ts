import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { assemblyScript } from './scripts/vite-assemblyscript';
import { scriptText } from './scripts/vite-script-text';
import { serviceWorker } from './scripts/vite-service-worker';

/** Cross-origin isolation: shared memory for compute threads needs both headers. Where a host cannot send them, src/sw.ts adds the same. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  // Relative, so that dist/ works at a sub-path of any static host.
  base: './',
  plugins: [react(), assemblyScript(), scriptText(), serviceWorker()],
  // What is exported is written in a worker: a build gives its workers their own plugins.
  worker: { format: 'es', plugins: () => [scriptText()] },
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
