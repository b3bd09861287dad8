import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../scripts/install.mjs';
import { expect, test } from './app-test';
import { archiveMakers } from './archive-tools';
import { writeClasses } from './pictures';

const run = promisify(execFile);

interface DemoCertificate {
  readonly pictures: readonly { readonly logits: readonly number[] }[];
}

interface DemoResult {
  readonly device: string;
  readonly computePlan: string;
  readonly counts: { readonly train: number; readonly val: number };
  readonly steps: readonly { readonly trainLoss: number }[];
  readonly certificate?: DemoCertificate;
  readonly exports?: readonly { readonly format: string; readonly files: readonly string[] }[];
  readonly validation: readonly { readonly file: string; readonly logits: readonly number[] }[];
}

/** `npm run demo` as a person's script calls it. */
async function demo(folder: string, device: 'cpu' | 'webgpu'): Promise<{ result: DemoResult; output: string }> {
  const file = join(folder, `${device}.json`);
  const demoArguments = ['--device', device, '--limit', '4', '--seed', '3', '--json', file];
  const { stdout } = await run(process.execPath, ['scripts/run.mjs', 'scripts/demo.ts', ...demoArguments], { cwd: projectRoot });
  return { result: JSON.parse(await readFile(file, 'utf8')) as DemoResult, output: stdout };
}

const rootMeanSquare = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

test('the demo gives on the graphics card what it gives on the processor, 8 drawings', async ({ folder }) => {
  const cpu = await demo(folder, 'cpu');
  const gpu = await demo(folder, 'webgpu');
  expect(cpu.result).toMatchObject({ device: 'cpu', counts: { train: 6, val: 2 } });
  expect(gpu.result).toMatchObject({ device: 'webgpu', counts: { train: 6, val: 2 } });
  expect(gpu.result.computePlan).toMatch(/^headstart-webgpu winograd4 float32/);
  expect(gpu.output).toContain('Epoch 9 done, validation acc = ');
  expect(gpu.result.validation.map(({ file }) => file)).toEqual(cpu.result.validation.map(({ file }) => file));
  const [logits, expected] = [gpu, cpu].map(({ result }) => result.validation.flatMap((one) => one.logits));
  const errors = (expected ?? []).map((value, at) => Math.abs((logits?.[at] ?? NaN) - value));
  const worst = errors.reduce((most, error) => (error > most || Number.isNaN(error) ? error : most), 0);
  console.log(`logits differ by ${(worst / rootMeanSquare(expected ?? [])).toExponential(1)} of their rms`);
  expect(worst).toBeLessThan(1e-3 * rootMeanSquare(expected ?? []));
});

test('the demo trains on an archive as it does on a folder, and writes the trained model unpacked', async ({ folder }) => {
  const maker = archiveMakers.find(({ isAvailable }) => isAvailable);
  if (maker === undefined) return;
  await writeClasses(join(folder, 'pictures'), { cat: 4, dog: 4 });
  maker.make(join(folder, maker.name), join(folder, 'pictures'));
  const results = [];
  for (const name of ['pictures', maker.name]) {
    const file = join(folder, `${name}.json`);
    const out = name === maker.name ? ['--export', join(folder, 'out'), '--precision', 'float16'] : [];
    const demoArguments = [
      '--data',
      join(folder, name),
      '--device',
      'cpu',
      '--epochs',
      '2',
      '--seed',
      '1',
      '--json',
      file,
      ...out,
    ];
    await run(process.execPath, ['scripts/run.mjs', 'scripts/demo.ts', ...demoArguments], { cwd: projectRoot });
    results.push(JSON.parse(await readFile(file, 'utf8')) as DemoResult);
  }
  const [ofFolder, ofArchive] = results;
  expect(ofArchive?.counts).toEqual({ train: 6, val: 2, test: 0 });
  expect(ofArchive?.steps).toEqual(ofFolder?.steps);

  const pytorch = ofArchive?.exports?.find(({ format }) => format === 'pytorch');
  expect(pytorch).toMatchObject({ precision: 'float16', folder: join(folder, 'out', 'pytorch') });
  expect(pytorch?.files).toEqual(expect.arrayContaining(['model.safetensors', 'certificate/08.png']));
  for (const path of pytorch?.files ?? []) expect((await stat(join(folder, 'out', 'pytorch', path))).size).toBeGreaterThan(0);
  const written = JSON.parse(await readFile(join(folder, 'out/pytorch/certificate/certificate.json'), 'utf8')) as DemoCertificate;
  expect(written).toMatchObject({ bound: 0.01, precision: 'float16' });
  expect(ofArchive?.certificate?.pictures.map(({ logits }) => logits)).toEqual(written.pictures.map(({ logits }) => logits));
});
