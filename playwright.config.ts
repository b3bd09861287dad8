import { defineConfig } from '@playwright/test';

/** Each test starts its own browser and server (see e2e/app-test.ts): faults and flags differ from test to test. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  globalSetup: './e2e/global-setup.ts',
  // Features cost about a second a picture and core: tests must not compete for it.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
});
