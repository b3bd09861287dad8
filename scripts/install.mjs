import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder, absolute, with a closing separator. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** A failure whose message is meant for a person: printed alone, without a stack. */
export class PlainFailure extends Error {
  /**
   * @param {string} message
   * @param {number} exitCode
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Whether the tools run on this Node: 20 from 20.19, 22 from 22.13, or 24 and later (what eslint and vite ask for).
 * @param {string} version such as `20.19.0`
 */
export function isNodeSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 20) return minor >= 19;
  if (major === 22) return minor >= 13;
  return major >= 24;
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }> | null}
 */
function readPackages(path) {
  try {
    const lock = /** @type {{ packages?: ReturnType<typeof readPackages> }} */ (JSON.parse(readFileSync(path, 'utf8')));
    return lock.packages ?? null;
  } catch {
    return null; // absent or half-written: install again
  }
}

/**
 * Whether node_modules holds what the lock file names. Contents are compared, not times: a checkout changes times at will.
 * @param {string} root a folder that ends with a separator
 */
export function isInstalled(root) {
  const wanted = readPackages(`${root}package-lock.json`);
  const present = readPackages(`${root}node_modules/.package-lock.json`);
  if (wanted === null || present === null) return false;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '' || entry.link === true) return true;
    const held = present[name];
    // Optional packages belong to other platforms.
    if (held === undefined) return entry.optional === true || entry.devOptional === true;
    return held.version === entry.version && existsSync(`${root}${name}`);
  });
}

/** Installs the packages of the lock file where they are missing. Throws PlainFailure with one sentence. */
export function ensureInstalled() {
  if (!isNodeSupported(process.versions.node)) {
    throw new PlainFailure(
      `Node 20.19 or later (20.x), 22.13 or later (22.x), or 24 and later is needed and this is ${process.versions.node}: install it from https://nodejs.org and run this again.`,
    );
  }
  if (isInstalled(projectRoot)) return;
  console.log('Installing the packages (npm ci).');
  const onWindows = process.platform === 'win32';
  const { status } = spawnSync(onWindows ? 'npm.cmd' : 'npm', ['ci'], { cwd: projectRoot, stdio: 'inherit', shell: onWindows });
  if (status !== 0)
    throw new PlainFailure('The packages could not be installed: connect to the network, run `npm ci` and read what it says.');
}

/**
 * Runs a script's main function; a PlainFailure is printed as its sentence, anything else with its stack.
 * @param {() => Promise<number | void> | number | void} main gives the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof PlainFailure ? error.message : error);
    process.exitCode = error instanceof PlainFailure ? error.exitCode : 1;
  }
}
