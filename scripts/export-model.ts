import { openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { BlobReader, configure, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import type { ErrorRecord } from '../src/domain/errors';
import type { ExportFormatId, ExportPrecision } from '../src/domain/model-export';
import { PlainFailure } from './install.mjs';
import { pageFailure, type Session } from './session';

/** What was written, as the demo's JSON tells it. */
export interface WrittenExport {
  readonly format: ExportFormatId;
  readonly precision: ExportPrecision;
  /** A folder of its own. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly bytes: number;
}

/** What the page says of the model's certificate. */
export interface ToldCertificate {
  readonly rms: number;
  readonly shownDifference: number;
  readonly milliseconds: number;
  readonly pictures: readonly {
    readonly name: string;
    readonly logits: readonly number[];
    readonly probabilities: readonly number[];
  }[];
}

/** A folder to write to: new or empty, so that nothing of an earlier model stays among it. */
export async function prepareExportFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new PlainFailure(`--export: ${folder} is not empty.`, 2);
}

/** Unpacks an export's ZIP; every CRC is checked. */
export async function unpackExport(archive: string, folder: string): Promise<{ files: string[]; bytes: number }> {
  configure({ useWebWorkers: false });
  const reader = new ZipReader(new BlobReader(await openAsBlob(archive)));
  const files: string[] = [];
  let bytes = 0;
  for (const entry of await reader.getEntries()) {
    const path = resolve(folder, entry.filename);
    if (!path.startsWith(folder + sep)) throw new PlainFailure(`${entry.filename} would lie outside ${folder}.`);
    if (entry.directory) continue;
    const content = await entry.getData(new Uint8ArrayWriter(), { checkSignature: true });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    files.push(entry.filename);
    bytes += content.length;
  }
  await reader.close();
  return { files, bytes };
}

function readExport({ store }: Session) {
  return store.evaluate((handle) => {
    const { offers, error } = handle.getState().modelExport;
    return { formats: offers?.formats ?? [], certificate: offers?.certificate ?? null, error };
  });
}

function throwIfFailed(error: ErrorRecord | null): void {
  if (error !== null) throw pageFailure(error);
}

/**
 * Has the page write the trained model in every format that has the precision, each into a folder of its own inside `folder`, unpacked.
 * The pictures of these ids go along in the certificate.
 * Throws the page's error as a PlainFailure.
 */
export async function exportModel(
  session: Session,
  folder: string,
  precision: ExportPrecision,
  ownPictures: readonly string[] = [],
): Promise<{ readonly certificate: ToldCertificate; readonly written: readonly WrittenExport[] }> {
  const { page, store } = session;
  // The browser's own dialog has nobody to answer it; without it the page downloads, as in Firefox.
  await page.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'));
  await store.evaluate((handle) => handle.getState().actions.lookAtExports());
  const { formats, certificate, error } = await readExport(session);
  throwIfFailed(error);
  if (certificate === null) throw new PlainFailure('The page gave no certificate.');
  const scratch = await mkdtemp(join(tmpdir(), 'headstart-export-'));
  const written: WrittenExport[] = [];
  try {
    for (const { id, ending, precisions } of formats) {
      if (!precisions.some((offer) => offer.precision === precision)) continue;
      const saved = join(scratch, `${id}${ending}`);
      const download = page.waitForEvent('download', { timeout: 600_000 });
      // Where it fails there is no download: the reason is in the state.
      download.catch(() => undefined);
      await store.evaluate((handle, choice) => handle.getState().actions.exportModel(choice), {
        format: id,
        precision,
        withOwnPictures: ownPictures.length > 0 && ownPictures,
      });
      throwIfFailed((await readExport(session)).error);
      await (await download).saveAs(saved);
      const own = join(folder, id);
      await mkdir(own, { recursive: true });
      if (ending === '.zip') written.push({ format: id, precision, folder: own, ...(await unpackExport(saved, own)) });
      else {
        const blob = await openAsBlob(saved);
        await writeFile(join(own, basename(saved)), blob.stream());
        written.push({ format: id, precision, folder: own, files: [basename(saved)], bytes: blob.size });
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const { rms, shownDifference, milliseconds, pictures } = certificate;
  const told = pictures.map(({ name, logits, probabilities }) => ({ name, logits, probabilities }));
  return { certificate: { rms, shownDifference, milliseconds, pictures: told }, written };
}
