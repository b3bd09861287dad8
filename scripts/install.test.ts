import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { isInstalled, isNodeSupported } from './install.mjs';
import { countPlaywright, countVitest } from './test-counts.mjs';

test('accepts the Node versions that the tools accept and no others', () => {
  expect(['20.19.0', '20.20.1', '22.13.0', '24.0.0', '25.1.0'].filter((version) => !isNodeSupported(version))).toEqual([]);
  expect(['18.20.0', '20.18.3', '21.7.0', '22.12.0', '23.5.0'].filter(isNodeSupported)).toEqual([]);
});

test('installs again when the lock file names another version, and not for another platform’s package', async () => {
  const root = (await mkdtemp(join(tmpdir(), 'headstart-install-'))) + sep;
  const lock = (version: string) =>
    JSON.stringify({
      packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b-win': { version: '1.0.0', optional: true } },
    });
  try {
    await writeFile(`${root}package-lock.json`, lock('1.0.0'));
    expect(isInstalled(root)).toBe(false);
    await mkdir(`${root}node_modules/a`, { recursive: true });
    await writeFile(
      `${root}node_modules/.package-lock.json`,
      JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
    );
    expect(isInstalled(root)).toBe(true);
    await writeFile(`${root}package-lock.json`, lock('1.0.1'));
    expect(isInstalled(root)).toBe(false);
  } finally {
    await rm(root, { recursive: true });
  }
});

test('counts a crash, a file that does not load and an empty run as failures', () => {
  const green = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, testResults: [] };
  expect(countVitest(green, 0)).toEqual({ passed: 3, failed: 0, leftOut: 1 });
  expect(countVitest(green, 1).failed).toBe(1);
  expect(countVitest(null, 0).failed).toBe(1);
  expect(countVitest({ ...green, testResults: [{ status: 'failed', assertionResults: [] }] }, 1).failed).toBe(1);
  expect(countPlaywright({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 } }, 0).failed).toBe(1);
  expect(countPlaywright({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 0 } }, 1)).toEqual({
    passed: 4,
    failed: 2,
    leftOut: 0,
  });
});
