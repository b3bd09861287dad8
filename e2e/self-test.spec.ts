import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { distFolder } from '../scripts/build.mjs';
import { expect, test } from './app-test';
import { writeClasses } from './pictures';

/** Where the build of the kernels has the number 1 / sqrt(2) of Winograd's transforms: the byte that carries its exponent's end. */
function findConstant(build: RegExp): number {
  const name = readdirSync(join(distFolder, 'assets')).find((file) => build.test(file));
  if (name === undefined) throw new Error(`there is no build ${String(build)}`);
  const constant = Buffer.from(Float32Array.of(Math.SQRT1_2).buffer);
  const at = readFileSync(join(distFolder, 'assets', name)).indexOf(constant);
  if (at < 0) throw new Error(`${name} does not hold the constant`);
  return at + 2;
}

test('kernels that compute wrong numbers are refused by the self-test, the next ones train, and the badge says why', async ({
  openApp,
  folder,
}) => {
  await writeClasses(folder, { cat: 4, dog: 4 });
  const at = findConstant(/^shared-relaxed-.*\.wasm$/);
  const app = await openApp({
    webgpu: false,
    before: (server) => {
      server.setFaults([{ kind: 'flip', at, match: /shared-relaxed-.*\.wasm$/ }]);
    },
  });
  await app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);
  const { status } = (await app.state()).compute;
  expect(status).toMatchObject({ device: 'cpu', reason: { code: 'self-test-failed' } });
  expect(status?.computePlan).toBe('headstart-wasm winograd4 simd float32');
  expect(status?.selfTest?.featureError).toBeLessThan(3e-4);

  await app.page.getByRole('button', { name: /^Computes with: CPU/ }).click();
  await expect(app.page.getByText(/with relaxed SIMD computes wrong numbers on this device/)).toBeVisible();
  await app.page.keyboard.press('Escape');

  await app.chooseFolder(folder);
  await app.page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => store.getState().run.phase === 'done', 120_000);
  const { run } = await app.state();
  expect(run.error).toBeNull();
  expect(run.result?.computePlan).toBe('headstart-wasm winograd4 simd float32');
  expect(app.errors).toEqual([]);
});

test('kernels that are missing on the server cost speed, not the visit', async ({ openApp }) => {
  const app = await openApp({
    webgpu: false,
    before: (server) => {
      server.setFaults([{ kind: 'status', status: 404, match: /(shared|alone)(-relaxed)?-.*\.wasm$/ }]);
    },
  });
  await app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);
  const { status } = (await app.state()).compute;
  expect(status).toMatchObject({ device: 'cpu', threads: 1, reason: { code: 'compute-path-failed' } });
  expect(status?.computePlan).toBe('tfjs-wasm-simd float32');
});
