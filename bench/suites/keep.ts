import { chromium } from 'playwright';
import { chromiumArguments, ensureChromium } from '../../scripts/chromium.mjs';
import { openPage, servePage } from '../cpu/measure';
import type { KeepPage } from '../keep/keep-protocol';
import type { Suite } from '../suite';

const usualPictures = 25_000;
const pictureBytes = 20_000;

export const keepSuite: Suite = {
  name: 'keep',
  about: 'pictures kept for later visits: seconds to keep, find, read and sweep them, beside one file each (--files N)',
  quick: false,
  run: async ({ files }) => {
    const pictures = files ?? usualPictures;
    const asFiles = Math.ceil(pictures / 10);
    const { server, url } = await servePage('bench/keep/index.html', 'bench/keep/keep.worker.ts');
    const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: false }) });
    try {
      const page = await openPage(browser, url);
      const times = await page.evaluate(
        (request) => {
          const { bench } = globalThis as unknown as { bench: KeepPage };
          return bench.measure(request);
        },
        { pictures, bytes: pictureBytes, asFiles },
      );
      const shown = (value: number) => Number(value.toFixed(3));
      return {
        rows: [
          {
            name: 'headstart',
            what: 'packed',
            pictures,
            megabytes: Math.round(times.bytes / 1e6),
            secondsKeep: shown(times.keep),
            secondsRows: shown(times.rows),
            secondsThumbnails: shown(times.thumbnails),
            secondsReadThousand: shown(times.readThousand),
            secondsSweep: shown(times.sweep),
            longestBlockMs: Math.round(times.longestBlockMs),
          },
          {
            name: 'headstart',
            what: 'one file each',
            pictures: asFiles,
            secondsKeep: shown(times.files.keep),
            secondsRemove: shown(times.files.remove),
          },
        ],
        browser: `Chromium ${browser.version()}`,
        adapter: null,
        notes: [
          `Pictures of ${String(pictureBytes / 1000)} kB with thumbnails of 3 kB. At most 4 MB of them are in memory at a time.`,
          `One file each would take ${((times.files.keep / asFiles) * pictures).toFixed(0)} s for as many.`,
        ],
      };
    } finally {
      await browser.close();
      await server.close();
    }
  },
};
