/** node scripts/run.mjs FILE ARGS: installs what is missing, then runs a TypeScript file. */
import { spawn } from 'node:child_process';
import { PlainFailure, ensureInstalled, runMain } from './install.mjs';

await runMain(async () => {
  const [file, ...rest] = process.argv.slice(2);
  if (file === undefined) throw new PlainFailure('Usage: node scripts/run.mjs FILE ARGS', 2);
  ensureInstalled();
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...rest], { stdio: 'inherit' });
  // Ctrl-C reaches the child by the terminal; this process only waits for it to clean up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
});
