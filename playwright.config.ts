import { defineConfig } from '@playwright/test';

/** Each test starts its own browser and server (see e2e/app-test.ts): faults and flags differ from test to test. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  globalSetup: './e2e/global-setup.ts',
  // A test waits for its browser about half of the time; two at once compete for the cores, and none asserts how long anything takes.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
});
