import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright';

/** Resident memory of the page's process in bytes (proportional where pages are shared); null where the system does not tell. */
export async function residentBytes(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      try {
        return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${String(id)}/smaps_rollup`, 'utf8'))?.[1] ?? NaN) * 1024;
      } catch {
        return NaN; // not Linux
      }
    });
  const most = Math.max(...sizes);
  return Number.isFinite(most) ? most : null;
}
