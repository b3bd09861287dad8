import { describe, expect, it } from 'vitest';
import { cdp, server } from 'vitest/browser';
import { DecodePool } from '../decode-pool';
import type { ImportFile } from '../../domain/import-listing';
import { PictureLibrary } from '../picture-library';
import { readDataTransfer } from './read-drop';

/** The part of DevTools' protocol that drops files from the disk, as a person's file manager does. */
interface DragSession {
  send(
    method: 'Input.dispatchDragEvent',
    parameters: {
      readonly type: 'dragEnter' | 'dragOver' | 'drop';
      readonly x: number;
      readonly y: number;
      readonly data: { readonly items: readonly []; readonly files: readonly string[]; readonly dragOperationsMask: number };
    },
  ): Promise<unknown>;
}

async function drop(paths: readonly string[]): Promise<readonly ImportFile[]> {
  const session = cdp() as unknown as DragSession;
  const dropped = new Promise<readonly ImportFile[]>((resolve, reject) => {
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener(
      'drop',
      (event) => {
        event.preventDefault();
        if (event.dataTransfer === null) reject(new Error('a drop without files'));
        else readDataTransfer(event.dataTransfer).then(resolve, reject);
      },
      { once: true },
    );
  });
  const frame = window.frameElement?.getBoundingClientRect();
  const [x, y] = [(frame?.left ?? 0) + 40, (frame?.top ?? 0) + 40];
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data: { items: [], files: paths, dragOperationsMask: 1 } });
  }
  return dropped;
}

describe('readDataTransfer', () => {
  it('walks a folder that is really dropped, and a file beside it', async () => {
    const files = await drop([`${server.config.root}/src/ingest`, `${server.config.root}/package.json`]);
    const paths = files.map(({ path }) => path);
    expect(paths).toContain('ingest/page/read-drop.browser.test.ts');
    expect(paths).toContain('ingest/hub/rows.ts');
    expect(paths).toContain('package.json');
    expect(paths).toEqual([...paths].sort());
    expect(await files.find(({ path }) => path === 'package.json')?.file.text()).toContain('"name": "headstart"');
  });
});

describe('PictureLibrary with files of the disk', () => {
  it('says picture-gone for a picture that was deleted after it came in, and skips one that goes before', async () => {
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext('2d')?.fillRect(3, 4, 20, 9);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    const folder = `${server.config.root}/.cache/read-drop`;
    const write = (name: string) => server.commands.writeFile(`${folder}/${name}`, btoa(String.fromCharCode(...bytes)), 'base64');
    await Promise.all([write('stays.png'), write('goes.png')]);

    const [goes, stays] = await drop([`${folder}/goes.png`, `${folder}/stays.png`]);
    if (goes === undefined || stays === undefined) return expect.unreachable('two files were dropped');
    const pool = new DecodePool(
      () => new Worker(new URL('../../worker/decode.worker.ts', import.meta.url), { type: 'module' }),
      1,
    );
    const library = new PictureLibrary(pool);
    const reasons: string[] = [];
    const add = ({ path, file }: ImportFile) =>
      library.add(
        [{ path, file, className: 'a', folderSplit: null }],
        (event) => event.kind === 'skipped' && reasons.push(...event.files.map(({ reason }) => reason.code)),
        new AbortController().signal,
      );
    await add(stays);
    const id = library.list()[0]?.id ?? '';
    expect(await library.pixels(id, 'crop')).toHaveLength(150_528);
    await Promise.all([server.commands.removeFile(`${folder}/stays.png`), server.commands.removeFile(`${folder}/goes.png`)]);

    await expect(library.pixels(id, 'pad')).rejects.toMatchObject({
      code: 'picture-gone',
      message: 'The picture stays.png can no longer be read from disk.',
    });
    await expect(add(goes)).rejects.toMatchObject({ code: 'no-readable-picture' });
    expect(reasons).toEqual(['file-unreadable']);
    pool.dispose();
  });
});
