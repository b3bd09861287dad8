import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { assemblyScript } from './scripts/vite-assemblyscript';
import { scriptText } from './scripts/vite-script-text';
import { findChromium, chromiumArguments } from './scripts/chromium.mjs';
import { isolationHeaders } from './scripts/security-headers.mjs';

const executablePath = findChromium();
const root = fileURLToPath(new URL('.', import.meta.url));
const shared = fileURLToPath(new URL('../shared', import.meta.url));
/** Reference answers and pictures that only some machines have; tests that use them are left out where it is null. */
const sharedDirectory = existsSync(shared) ? shared : null;

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [assemblyScript(), scriptText()],
        test: {
          name: 'node',
          // Against a hang only: a busy machine takes its time.
          testTimeout: 60_000,
          environment: 'node',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', 'node_modules/**'],
        },
      },
      {
        plugins: [assemblyScript(), scriptText()],
        server: { headers: isolationHeaders, fs: { allow: [root, shared] } },
        // Found once up front: a dependency discovered midway reloads the page under a running test.
        optimizeDeps: {
          include: [
            '@tensorflow/tfjs-core',
            '@tensorflow/tfjs-backend-wasm',
            '@tensorflow/tfjs-backend-webgpu',
            'comlink',
            'fast-check',
            'idb',
            'libheif-js/libheif-wasm/libheif.js',
            'valibot',
            'react',
            'react/jsx-dev-runtime',
            'react-dom/client',
            'react-aria-components',
            'lucide-react',
            'papaparse',
            'uplot',
            'zustand',
            'zustand/vanilla',
          ],
        },
        test: {
          name: 'browser',
          provide: { sharedDirectory },
          include: ['src/**/*.browser.test.ts', 'src/**/*.browser.test.tsx'],
          // Against a hang only: a software adapter on a busy machine takes its time.
          testTimeout: 120_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath === null ? {} : { executablePath }),
                args: chromiumArguments({ webgpu: true }),
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
