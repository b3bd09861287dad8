import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { chromium } from 'playwright';
import { chromiumArguments, ensureChromium } from '../../scripts/chromium.mjs';
import { recogniseDataset } from '../../src/domain/label-rules';
import { openPage, servePage } from '../cpu/measure';
import type { CachePage, Comparison } from './cache-protocol';

/** The pictures of a folder with the classes that the page itself would give them. */
async function listLabelled(root: string): Promise<{ readonly path: string; readonly className: string }[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const byPath = new Map(files.sort().map((path) => [[basename(root), ...relative(root, path).split(sep)].join('/'), path]));
  const recognised = recogniseDataset([...byPath.keys()]).entries;
  return recognised.flatMap(({ path, className }) => {
    const file = byPath.get(path);
    return file === undefined || !/\.(jpe?g|png|webp)$/i.test(path) ? [] : [{ path: file, className }];
  });
}

/** What rounding to float16 does to features, and to the logits of heads trained on them. */
export async function compareFeatures(dataFolder: string | null): Promise<Comparison> {
  const pictures = dataFolder === null ? [] : await listLabelled(dataFolder);
  const classNames = dataFolder === null ? ['cat', 'dog'] : [...new Set(pictures.map(({ className }) => className))].sort();
  const { server, url, weights } = await servePage('bench/cache/index.html', 'bench/cache/compare.worker.ts');
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: false }) });
  try {
    const page = await openPage(browser, url);
    await page.locator('input').setInputFiles(pictures.map(({ path }) => path));
    const labels = pictures.map(({ className }) => classNames.indexOf(className));
    return await page.evaluate(
      (request) => {
        const { bench } = globalThis as unknown as { bench: CachePage };
        return bench.compare(request);
      },
      { weights, labels, classNames, fromInput: dataFolder !== null },
    );
  } finally {
    await browser.close();
    await server.close();
  }
}
