import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { chromiumArguments, ensureChromium } from './chromium.mjs';

/** A browser with a profile that outlives it: what a page keeps is there when it is started again. */
export interface KillableBrowser {
  /** Starts it, unless it runs. */
  start(): Promise<Page>;
  /** Ends the whole browser at once, as the system does when memory is short: nothing is flushed or said goodbye to. */
  kill(): Promise<void>;
  /** And removes the profile. */
  close(): Promise<void>;
}

function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) =>
        child.once('exit', () => {
          resolve();
        }),
      );
}

/** The port that the browser chose, once it listens. */
async function readPort(profile: string, child: ChildProcess): Promise<string> {
  for (;;) {
    const port = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')).split('\n')[0] ?? '';
    if (port !== '') return port;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The browser did not start.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function createKillableBrowser(): Promise<KillableBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'headstart-killed-'));
  let child: ChildProcess | null = null;
  let browser: Browser | null = null;
  const kill = async (): Promise<void> => {
    const own = child;
    child = null;
    if (own !== null) {
      own.kill('SIGKILL');
      await ended(own);
    }
    await browser?.close().catch(() => undefined); // the connection to a browser that is gone
    browser = null;
  };
  return {
    start: async () => {
      if (child === null) {
        // The former one's, which it could not take away.
        await rm(join(profile, 'DevToolsActivePort'), { force: true });
        child = spawn(
          ensureChromium(),
          [
            ...chromiumArguments({ webgpu: false }),
            '--headless=new',
            '--window-size=1440,1000',
            '--hide-crash-restore-bubble',
            '--remote-debugging-port=0',
            `--user-data-dir=${profile}`,
            'about:blank',
          ],
          { stdio: 'ignore' },
        );
        browser = await chromium.connectOverCDP(`http://127.0.0.1:${await readPort(profile, child)}`);
      }
      const [context] = browser?.contexts() ?? [];
      if (context === undefined) throw new Error('The browser has no window.');
      return context.pages()[0] ?? (await context.newPage());
    },
    kill,
    close: async () => {
      await kill();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
