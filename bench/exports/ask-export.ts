import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import Papa from 'papaparse';
import type { Page } from 'playwright';
import { openExportedPage } from '../../scripts/exported-page';
import { PlainFailure } from '../../scripts/install.mjs';
import type { Session } from '../../scripts/session';
import type { ExportFormatId } from '../../src/domain/model-export';
import type { Logits } from './compare-logits';

const run = promisify(execFile);

export interface Asking {
  readonly session: Session;
  readonly python: string;
  readonly format: ExportFormatId;
  readonly folder: string;
  readonly files: readonly string[];
  /** Photos; none asks for the certificate alone. */
  readonly photos: readonly string[];
  readonly classes: number;
}

export interface Asked {
  /** Of the photos from their files. */
  readonly logits: Logits;
  /** The certificate's largest difference, over the logits' rms: NaN where the check said none. */
  readonly samePixels: number;
  /** A photo from its file, all in all, once the model is open; null where none was asked. */
  readonly milliseconds: number | null;
}

function readLargest(text: string): number {
  return Number(/Largest difference (\S+) /.exec(text)?.[1] ?? NaN);
}

/** What a script printed, whether it was content or not: its numbers tell. */
async function checkPython(python: string, folder: string): Promise<string> {
  try {
    return (await run(python, [join(folder, 'check.py')], { maxBuffer: 64e6 })).stdout;
  } catch (thrown) {
    const { stdout = '', stderr = '' } = thrown as { stdout?: string; stderr?: string };
    if (!stderr.startsWith('FAILED')) throw new PlainFailure(`check.py: ${stderr}`);
    return stdout;
  }
}

/** By the export's own predict.py and check.py. */
async function askPython({ python, folder, photos, classes }: Asking): Promise<Asked> {
  const predict = async (files: readonly string[]) => {
    const table = join(folder, 'answers.csv');
    const began = performance.now();
    await run(python, [join(folder, 'predict.py'), ...files, '--csv', table], { maxBuffer: 64e6 });
    const took = performance.now() - began;
    const rows = Papa.parse<string[]>((await readFile(table, 'utf8')).trim()).data.slice(1);
    const logits = new Map(rows.map((cells) => [basename(cells[0] ?? ''), cells.slice(3 + classes).map(Number)]));
    return { took, logits };
  };
  const samePixels = readLargest(await checkPython(python, folder));
  if (photos.length === 0) return { logits: new Map(), samePixels, milliseconds: null };
  const { took, logits } = await predict(photos);
  // Python's own start, and the model's, are in both.
  const first = await predict(photos.slice(0, 1));
  const milliseconds = photos.length === 1 ? null : (took - first.took) / (photos.length - 1);
  return { logits, samePixels, milliseconds };
}

async function answerPhotos(page: Page, photos: readonly string[]): Promise<Logits> {
  await page.setInputFiles('#file', [...photos]);
  await page.waitForFunction((count) => document.querySelectorAll('.answer, .result.bad').length === count, photos.length, {
    timeout: 1_800_000,
  });
  const answers = await page.locator('.result').evaluateAll((items) =>
    items.map((item) => {
      const values: number[] = [];
      for (const row of item.querySelectorAll<HTMLElement>('tr[data-class]'))
        values[Number(row.dataset['class'])] = Number(row.querySelector<HTMLElement>('.number')?.dataset['value'] ?? NaN);
      return [item instanceof HTMLElement ? (item.dataset['file'] ?? '') : '', values] as const;
    }),
  );
  return new Map(answers);
}

/** By an export's own page: photos through its file field, then its Check. */
async function askPage(page: Page, photos: readonly string[]): Promise<Asked> {
  const status = page.locator('#status');
  await page.waitForFunction(
    () => /^(Ready|The model could not)/.test(document.getElementById('status')?.textContent ?? ''),
    null,
    { timeout: 120_000 },
  );
  const told = (await status.textContent()) ?? '';
  if (!told.startsWith('Ready')) throw new PlainFailure(told);
  await page.click('#check');
  const result = page.locator('#check-result.good, #check-result.bad');
  await result.waitFor({ timeout: 1_800_000 });
  const samePixels = readLargest((await result.textContent()) ?? '');
  if (photos.length === 0) return { logits: new Map(), samePixels, milliseconds: null };
  const began = performance.now();
  const logits = await answerPhotos(page, photos);
  return { logits, samePixels, milliseconds: (performance.now() - began) / photos.length };
}

/** Asks an export by what it brings along: its scripts, or its page in a fresh browser page; the HTML file from disk, without a network. */
export async function askExport(asking: Asking): Promise<Asked> {
  const { session, format, folder, files, photos } = asking;
  if (format === 'pytorch' || format === 'onnx') return askPython(asking);
  const browser = session.page.context().browser();
  if (browser === null) throw new PlainFailure('The browser is gone.');
  const context = await browser.newContext({ offline: format === 'html' });
  try {
    const page = await context.newPage();
    if (format === 'html') await page.goto(pathToFileURL(join(folder, files[0] ?? '')).href);
    else await openExportedPage(page, folder);
    return await askPage(page, photos);
  } finally {
    await context.close();
  }
}
