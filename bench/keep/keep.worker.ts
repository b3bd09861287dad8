import { crc32 } from '../../src/domain/crc32';
import { deriveRng } from '../../src/domain/rng';
import { createBrowserTables } from '../../src/storage/browser-tables';
import { openPrivateFolder } from '../../src/storage/cache-folder';
import { PictureStore } from '../../src/storage/picture-store';
import type { KeepRequest, KeepTimes } from './keep-protocol';

const batch = 100;
const thumbnailBytes = 3000;
const folderName = 'headstart-pictures-bench';
const filesName = 'headstart-files-bench';

const contentOf = (index: number): string => index.toString(16).padStart(32, '0');
/** No two alike, and quickly made. */
function bytesOf(index: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes.fill(index % 251, 4);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function measure({ pictures, bytes, asFiles }: KeepRequest): Promise<KeepTimes> {
  const tables = createBrowserTables('headstart-bench');
  await tables.removeAll();
  const open = (visit: string) =>
    new PictureStore({ openFolder: () => openPrivateFolder(folderName), tables, exclusively: (work) => work(), visit });
  const first = open('first');
  // What a message to this worker waits at most.
  let longest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const keep = await seconds(async () => {
    for (let from = 0; from < pictures; from += batch) {
      const some = Array.from({ length: Math.min(batch, pictures - from) }, (_, at) => from + at);
      await first.keep(
        some.map((index) => ({
          content: contentOf(index),
          picture: { kind: 'copy' as const, bytes: bytesOf(index, bytes) },
          thumbnail: bytesOf(index, thumbnailBytes),
        })),
      );
    }
  });
  clearInterval(beat);
  const size = await first.size();
  const later = open('later');
  const contents = Array.from({ length: pictures }, (_, index) => contentOf(index));
  let rows: Awaited<ReturnType<PictureStore['rows']>> = new Map();
  const rowsSeconds = await seconds(async () => (rows = await later.rows(contents)));
  let count = 0;
  const thumbnails = await seconds(() =>
    later.thumbnails(rows, (some) => void (count += some.length), new AbortController().signal),
  );
  if (count !== pictures) throw new Error(`${String(count)} thumbnails of ${String(pictures)}`);
  const order = deriveRng(1, 'order').shuffle(contents).slice(0, 1000);
  const readThousand = await seconds(async () => {
    for (const content of order) {
      const place = rows.get(content)?.place;
      if (place?.kind !== 'copy') throw new Error('a picture is gone');
      const read = new Uint8Array(await (await later.part(place.part)).arrayBuffer());
      if (crc32(read) !== place.part.crc) throw new Error('a picture is harmed');
    }
  });
  // Of every file less than half stays: all is written anew.
  const kept = new Set(contents.filter((_, at) => at % 3 === 0));
  const sweep = await seconds(() =>
    later.sweep(
      () => Promise.resolve((content) => kept.has(content)),
      () => undefined,
    ),
  );
  await tables.removeAll();
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(folderName, { recursive: true });
  const single = await openPrivateFolder(filesName);
  const files = {
    keep: await seconds(async () => {
      for (let index = 0; index < asFiles; index += 1) await single.write(contentOf(index), 0, [bytesOf(index, bytes)]);
    }),
    remove: await seconds(() => single.removeAll()),
  };
  return { keep, rows: rowsSeconds, thumbnails, readThousand, sweep, bytes: size, longestBlockMs: longest, files };
}

globalThis.addEventListener('message', ({ data: request }: MessageEvent<KeepRequest>) => {
  measure(request).then(
    (result) => postMessage({ result }),
    (error: unknown) => postMessage({ error: String(error) }),
  );
});
