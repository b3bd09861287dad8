import { spawnSync, type SpawnSyncReturns } from 'node:child_process';

const interpreter = process.env.HEADSTART_PYTHON ?? 'python3';

/** Whether this machine's Python has these modules; prints a line where it has not, for tests that are left out then. */
export function hasPython(what: string, ...modules: readonly string[]): boolean {
  const question = `import importlib.util as i, sys; sys.exit(any(i.find_spec(m) is None for m in sys.argv[1:]))`;
  const isThere = spawnSync(interpreter, ['-c', question, ...modules]).status === 0;
  if (!isThere)
    process.stdout.write(
      `Left out: ${what}. ${interpreter} is absent or lacks one of: ${modules.join(', ')} (HEADSTART_PYTHON names another).\n`,
    );
  return isThere;
}

/** Runs Python in a folder; a script's own exit code is in the answer. */
export function runPython(args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const env = { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  return spawnSync(interpreter, [...args], { cwd, encoding: 'utf8', env, maxBuffer: 64e6 });
}
