import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Page } from 'playwright';

const require = createRequire(import.meta.url);
/** Nothing answers there but what is given here. */
const address = 'http://export.test';

/** The folder of a package's files to be served. */
function distOf(name: string): string {
  // Through its main file: not every package lets its package.json be asked for.
  return dirname(require.resolve(name));
}

/** TensorFlow.js as `tf.min.js` gives it, of the packages that are here; on WebAssembly, since a graphics card in software takes minutes. */
async function joinTensorFlow(): Promise<string> {
  const scripts = ['core', 'converter', 'backend-wasm'].map((name) =>
    readFile(join(distOf(`@tensorflow/tfjs-${name}`), `tf-${name}.min.js`), 'utf8'),
  );
  return (await Promise.all(scripts)).join('\n');
}

/**
 * Opens the example page of an ONNX or a TensorFlow.js export: from its unpacked folder, with what a person puts beside it, as from a
 * server that gives nothing else. `change` gives another text in place of a file's own.
 */
export async function openExportedPage(
  page: Page,
  folder: string,
  change: (path: string, text: string) => string | null = () => null,
): Promise<void> {
  const beside = [distOf('@tensorflow/tfjs-backend-wasm'), distOf('onnxruntime-web')];
  await page.route(`${address}/**`, async (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    if (path === 'tf.min.js') return route.fulfill({ body: await joinTensorFlow(), contentType: 'text/javascript' });
    const places = [join(folder, path), ...beside.map((one) => join(one, basename(path)))];
    const found = places.find((place) => existsSync(place));
    if (found === undefined) return route.fulfill({ status: 404 });
    const changed = path.endsWith('.json') ? change(path, await readFile(found, 'utf8')) : null;
    return route.fulfill(changed === null ? { path: found } : { body: changed, contentType: 'application/json' });
  });
  await page.goto(`${address}/index.html`);
}
