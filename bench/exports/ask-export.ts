import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import Papa from 'papaparse';
import type { Page } from 'playwright';
import { PlainFailure } from '../../scripts/install.mjs';
import type { Session } from '../../scripts/session';
import type { ExportFormatId } from '../../src/domain/model-export';

const run = promisify(execFile);

/** What a model says of each photo, by the file's name. */
export type Logits = ReadonlyMap<string, readonly number[]>;

export interface Asking {
  readonly session: Session;
  readonly python: string;
  readonly format: ExportFormatId;
  readonly folder: string;
  readonly files: readonly string[];
  /** A folder of class folders. */
  readonly photos: string;
  readonly classes: number;
}

export interface Asked {
  readonly logits: Logits;
  /** The certificate's largest difference, over the logits' rms. */
  readonly samePixels: number;
}

function readLargest(text: string): number {
  return Number(/Largest difference (\S+) /.exec(text)?.[1] ?? NaN);
}

/** By the export's own predict.py and check.py. */
async function askPython({ python, folder, photos, classes }: Asking): Promise<Asked> {
  const table = join(folder, 'answers.csv');
  await run(python, [join(folder, 'predict.py'), photos, '--csv', table], { maxBuffer: 64e6 });
  const rows = Papa.parse<string[]>((await readFile(table, 'utf8')).trim()).data.slice(1);
  const logits = new Map(rows.map((cells) => [basename(cells[0] ?? ''), cells.slice(3 + classes).map(Number)]));
  const { stdout } = await run(python, [join(folder, 'check.py')], { maxBuffer: 64e6 });
  return { logits, samePixels: readLargest(stdout) };
}

/** By an export's own page: photos through its file field, then its Check. */
async function askPage(page: Page, photos: string): Promise<Asked> {
  const status = page.locator('#status');
  await page.waitForFunction(
    () => /^(Ready|The model could not)/.test(document.getElementById('status')?.textContent ?? ''),
    null,
    { timeout: 120_000 },
  );
  const told = (await status.textContent()) ?? '';
  if (!told.startsWith('Ready')) throw new PlainFailure(told);
  const entries = await readdir(photos, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await page.setInputFiles('#file', files);
  await page.waitForFunction((count) => document.querySelectorAll('.answer, .result.bad').length === count, files.length, {
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
  await page.click('#check');
  const result = page.locator('#check-result.good, #check-result.bad');
  await result.waitFor({ timeout: 600_000 });
  return { logits: new Map(answers), samePixels: readLargest((await result.textContent()) ?? '') };
}

/** TensorFlow.js as `tf.min.js` gives it, of the packages that are here; on WebAssembly, since a graphics card in software takes minutes. */
async function putTensorFlow(folder: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const scripts = await Promise.all(
    ['core', 'converter', 'backend-wasm'].map((name) => {
      const at = dirname(require.resolve(`@tensorflow/tfjs-${name}/package.json`));
      return readFile(join(at, 'dist', `tf-${name}.min.js`), 'utf8');
    }),
  );
  await writeFile(join(folder, 'tf.min.js'), scripts.join('\n'));
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  for (const name of await readdir(join(wasm, 'dist')))
    if (name.endsWith('.wasm')) await copyFile(join(wasm, 'dist', name), join(folder, name));
}

/** Asks an export by what it brings along: its scripts, or its page in a fresh browser page. */
export async function askExport(asking: Asking): Promise<Asked> {
  const { session, format, folder, files, photos } = asking;
  if (format === 'pytorch' || format === 'onnx') return askPython(asking);
  const page = await session.page.context().newPage();
  try {
    if (format === 'html') await page.goto(pathToFileURL(join(folder, files[0] ?? '')).href);
    else {
      await putTensorFlow(folder);
      await page.route('http://export.test/**', (route) =>
        route.fulfill({ path: join(folder, new URL(route.request().url()).pathname) }),
      );
      await page.goto('http://export.test/index.html');
    }
    return await askPage(page, photos);
  } finally {
    await page.close();
  }
}
