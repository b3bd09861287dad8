import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];
const macPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];
const windowsPaths = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].map(
  (folder) => `${process.env[folder] ?? ''}\\Google\\Chrome\\Application\\chrome.exe`,
);

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function playwrightChromium() {
  try {
    const { chromium } = /** @type {typeof import('playwright')} */ (createRequire(import.meta.url)('playwright'));
    const path = chromium.executablePath();
    return path !== '' && existsSync(path) ? path : null;
  } catch {
    return null; // not installed yet, or no build for this platform
  }
}

/**
 * The browser to use: Playwright's own if present, CHROMIUM_PATH, else a system Chromium or Chrome.
 * @returns {string | null} an absolute path, or null when there is none
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  const own = playwrightChromium();
  if (own !== null) return own;
  if (named !== undefined && named !== '' && isExecutable(named)) return named;
  const folders = (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':');
  const onPath = names.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return [...onPath, ...macPaths, ...windowsPaths].find(isExecutable) ?? null;
}

export const noBrowserSentence =
  'No Chromium was found: install Chromium or Chrome, or set CHROMIUM_PATH to its executable, then run this again.';

/**
 * As findChromium, but installs Debian's chromium package when nothing is there and this user may.
 * @returns {string} an absolute path
 */
export function ensureChromium() {
  const found = findChromium();
  if (found !== null) return found;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    console.log('No Chromium found: installing the Debian package chromium.');
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    try {
      execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env: environment });
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
        stdio: 'inherit',
        env: environment,
      });
    } catch {
      throw new Error(noBrowserSentence);
    }
    const installed = findChromium();
    if (installed !== null) return installed;
  }
  throw new Error(noBrowserSentence);
}

/**
 * Command-line switches for a headless Chromium on any machine, without background traffic.
 * Software WebGPU (SwiftShader) is asked for explicitly; without it there is no adapter on a machine without a GPU.
 * @param {{ webgpu: boolean }} options
 * @returns {string[]}
 */
export function chromiumArguments({ webgpu }) {
  return [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    ...(webgpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : []),
  ];
}
