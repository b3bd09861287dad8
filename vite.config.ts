import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { assemblyScript } from './scripts/vite-assemblyscript';
import packageJson from './package.json' with { type: 'json' };
import { developmentHeaders, foreignOrigins, securityHeaders } from './scripts/security-headers.mjs';
import { scriptText } from './scripts/vite-script-text';
import { serviceWorker } from './scripts/vite-service-worker';

const origins = foreignOrigins(readFileSync(new URL('index.html', import.meta.url), 'utf8'));

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
  plugins: [react(), assemblyScript(), scriptText(), serviceWorker()],
  // What is exported is written in a worker: a build gives its workers their own plugins.
  worker: { format: 'es', plugins: () => [scriptText()] },
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
  server: { headers: developmentHeaders(origins) },
  preview: { headers: securityHeaders(origins) },
});
