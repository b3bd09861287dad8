import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainFailure, projectRoot } from './install.mjs';

export const distFolder = join(projectRoot, 'dist');
const stampPath = join(projectRoot, '.cache', 'build-stamp');
/** Everything that a build depends on. */
const inputs = [
  'src',
  'scripts/compile-kernels.ts',
  'scripts/vite-service-worker.ts',
  'scripts/build-record.mjs',
  'scripts/security-headers.mjs',
  'public',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'tsconfig.base.json',
];

/**
 * @param {string} path
 * @returns {string[]} one line a file: its path, size and time of change
 */
function describeFiles(path) {
  if (!existsSync(path)) return [];
  const status = statSync(path);
  if (!status.isDirectory()) return [`${path} ${status.size} ${status.mtimeMs}`];
  return (
    readdirSync(path)
      // Compiled kernels are written by the build itself.
      .filter((name) => !/\.test\.tsx?$/.test(name) && name !== 'generated')
      .sort()
      .flatMap((name) => describeFiles(join(path, name)))
  );
}

function currentStamp() {
  const lines = inputs.flatMap((name) => describeFiles(join(projectRoot, name)));
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function isBuilt() {
  return (
    existsSync(join(distFolder, 'index.html')) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === currentStamp()
  );
}

/** Runs `vite build` unless dist/ already holds the present sources. Throws PlainFailure when it fails. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  console.error('Building the app (vite build).');
  rmSync(stampPath, { force: true });
  // Taken before the build: a file changed meanwhile makes the next call build again.
  const stamp = currentStamp();
  const vite = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js');
  /** @type {{ code: number | null, output: string }} */
  const { code, output } = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (/** @type {Buffer} */ chunk) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ code: status, output: text }));
  });
  if (code !== 0) throw new PlainFailure(`${output}\nThe app could not be built: see the lines above.`);
  mkdirSync(join(projectRoot, '.cache'), { recursive: true });
  writeFileSync(stampPath, stamp);
}
