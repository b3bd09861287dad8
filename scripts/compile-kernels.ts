import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const root = fileURLToPath(new URL('..', import.meta.url));
/** AssemblyScript, which TypeScript itself does not read. */
export const assemblyFolder = join(root, 'src/kernels/wasm/assembly');
/** Git-ignored: imported as `./generated/NAME.wasm?url&no-inline`. */
export const generatedFolder = join(root, 'src/kernels/wasm/generated');

/** A shared memory has to name its most, and no imported one may name more than the module does: 4 GiB, in pages of 64 KiB. */
const mostPages = '65536';

const common = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--initialMemory', '1', '--enable', 'simd'];
const shared = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', mostPages];
const relaxed = ['--enable', 'relaxed-simd'];

/** Shared memory needs cross-origin isolation, relaxed SIMD a browser of 2023 or later: four builds of one source. */
const builds: Readonly<Record<string, readonly string[]>> = {
  'shared-relaxed': [...common, ...shared, ...relaxed],
  shared: [...common, ...shared],
  'alone-relaxed': [...common, ...relaxed],
  alone: common,
};

function currentStamp(): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(builds));
  hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
  for (const name of readdirSync(assemblyFolder).sort()) hash.update(name).update(readFileSync(join(assemblyFolder, name)));
  return hash.digest('hex');
}

async function compile(name: string, flags: readonly string[], outFile: string): Promise<void> {
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  try {
    const { stderr } = await run(process.execPath, [asc, join(assemblyFolder, 'index.ts'), '--outFile', outFile, ...flags], {
      cwd: root,
    });
    if (stderr !== '') console.warn(stderr);
  } catch (error) {
    throw new Error(
      `asc could not compile the CPU kernels (${name}): ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

let running: Promise<void> | null = null;

/**
 * Compiles the four builds unless they are there, made from the present sources by the present compiler.
 * Rejects with the compiler's words. Calls at the same time share one run.
 */
export function ensureKernels(): Promise<void> {
  running ??= compileWhereOld().finally(() => {
    running = null;
  });
  return running;
}

async function compileWhereOld(): Promise<void> {
  const stamp = currentStamp();
  const stampPath = join(generatedFolder, 'stamp');
  const paths = Object.keys(builds).map((name) => join(generatedFolder, `${name}.wasm`));
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp && paths.every((path) => existsSync(path))) return;
  mkdirSync(generatedFolder, { recursive: true });
  await Promise.all(
    Object.entries(builds).map(async ([name, flags]) => {
      const path = join(generatedFolder, `${name}.wasm`);
      const partial = `${path}.${String(process.pid)}`;
      await compile(name, flags, partial);
      renameSync(partial, path); // whole or absent, also while another process builds
    }),
  );
  writeFileSync(stampPath, stamp);
}
