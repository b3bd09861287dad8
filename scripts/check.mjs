/** Types, lint, format, dependency directions, dead code. Runs all, reports each, fails if any fails. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, projectRoot, runMain } from './install.mjs';

/** @param {string} path inside node_modules */
const tool = (path) => join(projectRoot, 'node_modules', path);

/** @type {{ name: string, args: string[] }[]} */
const checks = [
  // The longest first, so that the rest fits beside it.
  { name: 'lint', args: [tool('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
  ...['page', 'worker', 'exported-page', 'sw', 'tests', 'node'].map((name) => ({
    name: `types: ${name}`,
    args: [tool('typescript/bin/tsc'), '-p', `tsconfig.${name}.json`, '--pretty', 'false'],
  })),
  { name: 'format', args: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  {
    name: 'directions',
    args: [
      tool('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      'src',
      'scripts',
      'bench',
      'e2e',
    ],
  },
  { name: 'dead code', args: [tool('knip/bin/knip.js'), '--no-progress'] },
];

/**
 * @param {{ name: string, args: string[] }} check
 * @returns {Promise<{ name: string, code: number, output: string, seconds: number }>}
 */
function runCheck({ name, args }) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ name, code: code ?? 1, output, seconds: (performance.now() - started) / 1000 }));
  });
}

await runMain(async () => {
  ensureInstalled();
  const waiting = [...checks];
  /** @type {string[]} */
  const failed = [];
  const runNext = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { name, code, output, seconds } = await runCheck(check);
      if (code !== 0) {
        failed.push(name);
        console.log(output.trimEnd());
      }
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, runNext));
  console.log(failed.length === 0 ? 'check: everything holds' : `check: failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
});
