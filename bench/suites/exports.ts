import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { delimiter, extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { exportModel, type WrittenExport } from '../../scripts/export-model';
import { followRun } from '../../scripts/follow-run';
import { PlainFailure, projectRoot } from '../../scripts/install.mjs';
import { addFolder, openSession, prepareDevice, type Session } from '../../scripts/session';
import { exportPrecisions, type ExportFormatId, type ExportPrecision } from '../../src/domain/model-export';
import type { CertificateRecord } from '../../src/export/certificate-files';
import { base64Length } from '../../src/export/html/base64';
import { inputValues } from '../../src/domain/vgg16';
import { askExport } from '../exports/ask-export';
import { compareLogits, fileBounds, judge, type Logits } from '../exports/compare-logits';
import type { Row, Suite } from '../suite';

const run = promisify(execFile);

interface Model {
  readonly way: 'features' | 'fine-tune';
  readonly norm: number | null;
  readonly classes: number;
}

/** Head-only and fine-tuned, scaled and not, 2 and 5 classes; where one of two had to be left out, the one that rounding moves less. */
const models: readonly Model[] = [
  { way: 'features', norm: null, classes: 2 },
  { way: 'features', norm: 10, classes: 2 },
  { way: 'features', norm: 10, classes: 5 },
  { way: 'fine-tune', norm: null, classes: 5 },
];
/** Photos that the page and the export are both asked about. */
const usualCount = 50;

/** Photos from all over folders of folders. */
async function findPhotos(folders: readonly string[], count: number): Promise<string[]> {
  const lists = await Promise.all(
    folders.map(async (folder) => (await readdir(folder, { recursive: true })).sort().map((name) => resolve(folder, name))),
  );
  const photos = lists.flat().filter((name) => ['.jpg', '.jpeg', '.png'].includes(extname(name).toLowerCase()));
  const step = Math.max(1, photos.length / count);
  return photos.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)).slice(0, count);
}

/** Labels are dealt out in turn: what is measured is whether two programs agree, not whether they are right. */
async function stageClasses(photos: readonly string[], classes: number, folder: string): Promise<string[]> {
  const staged: string[] = [];
  for (const [index, photo] of photos.entries()) {
    const own = join(folder, `class ${String((index % classes) + 1)}`);
    await mkdir(own, { recursive: true });
    const path = join(own, `${String(index)}${extname(photo).toLowerCase()}`);
    await copyFile(photo, path);
    staged.push(path);
  }
  return staged;
}

async function trainModel(session: Session, { way, norm }: Model): Promise<void> {
  await session.store.evaluate(
    (handle, wanted) => {
      const { actions } = handle.getState();
      actions.chooseWay(wanted.way);
      actions.choosePreset('recommended');
      // Unscaled features are some 15 times as long: a step as large would throw the head about.
      const learningRate = wanted.norm === null ? 0.0003 : 0.003;
      actions.changeSettings({ featureNorm: wanted.norm, learningRate, seed: 0, epochs: 2, batchSize: 16, earlyStopping: null });
    },
    { way, norm },
  );
  await followRun(session, () => undefined);
}

interface Measuring {
  readonly session: Session;
  readonly python: string;
  readonly photos: readonly string[];
  readonly scratch: string;
}

/** The page's own float32 answers for the photos' pixels, as the certificate of an export has them. */
async function readCertificate(folder: string): Promise<{ readonly known: Logits; readonly shownDifference: number }> {
  const text = await readFile(join(folder, 'certificate', 'certificate.json'), 'utf8');
  const { pictures, shownDifference } = JSON.parse(text) as CertificateRecord;
  const own = pictures.filter(({ origin }) => origin === 'own');
  return { known: new Map(own.map(({ name, logits }) => [name, logits])), shownDifference };
}

/** Without the photos that this bench put into the certificate: an export has eight drawings there. */
async function usualBytes({ format, folder, bytes }: WrittenExport, photos: number): Promise<number> {
  if (format === 'html') return bytes - photos * base64Length(inputValues);
  const names = (await readdir(join(folder, 'certificate'))).filter((name) => name.endsWith('.png'));
  names.sort((one, other) => parseInt(one, 10) - parseInt(other, 10));
  const own = await Promise.all(names.slice(-photos).map((name) => readFile(join(folder, 'certificate', name))));
  return bytes - own.reduce((sum, { length }) => sum + length, 0);
}

async function measureModel({ session, python, photos, scratch }: Measuring, model: Model): Promise<Row[]> {
  await trainModel(session, model);
  const ids = await session.store.evaluate((handle) => handle.getState().project.document.samples.map(({ id }) => id));
  const folder = await mkdtemp(join(scratch, 'model-'));
  const written: WrittenExport[] = [];
  for (const precision of exportPrecisions)
    written.push(...(await exportModel(session, join(folder, precision), precision, ids)).written);
  const { known, shownDifference } = await readCertificate(join(folder, 'float32', 'pytorch'));
  if (known.size !== photos.length) throw new PlainFailure('The page did not take every photo. Name a folder of sound ones.', 2);

  const ask = async (format: ExportFormatId, precision: ExportPrecision): Promise<Row[]> => {
    const one = written.find((other) => other.format === format && other.precision === precision);
    if (one === undefined) return [];
    // What float16 does to weights shows from the same pixels; the decoder is one and the same.
    const asked = precision === 'float16' ? [] : photos;
    const { logits, samePixels, milliseconds } = await askExport({
      session,
      python,
      ...one,
      photos: asked,
      classes: model.classes,
    });
    const { largest, changed } = asked.length === 0 ? { largest: null, changed: null } : compareLogits(known, logits);
    const row = {
      name: format,
      precision,
      way: model.way,
      classes: model.classes,
      scaled: model.norm === null ? 'no' : 'yes',
      megabytes: Number(((await usualBytes(one, photos.length)) / 1e6).toFixed(1)),
      samePixels,
      fromFiles: largest === null ? null : Number(largest.toPrecision(2)),
      answersChanged: changed,
      pageRounds: Number(shownDifference.toPrecision(2)),
      msPerPhoto: milliseconds === null ? null : Math.round(milliseconds),
      load: Number((loadavg()[0] ?? NaN).toFixed(1)),
      failed: judge({ precision, samePixels, fromFiles: largest }),
    };
    console.log(JSON.stringify(row));
    return [row];
  };
  const askInTurn = async (...wanted: readonly (readonly [ExportFormatId, ExportPrecision])[]): Promise<Row[]> => {
    const rows: Row[] = [];
    for (const [format, precision] of wanted) rows.push(...(await ask(format, precision)));
    return rows;
  };
  const scripts = await askInTurn(['pytorch', 'float32'], ['pytorch', 'float16'], ['onnx', 'float32'], ['onnx', 'float16']);
  // One thread each.
  const pages = await Promise.all([
    askInTurn(['tensorflow', 'float32']),
    // A second a photo: its float16 only where float16 rounds convolutions, which it does of fine-tuned ones.
    askInTurn(
      ['html', 'float32'],
      ['html', 'float16'],
      ...(model.way === 'fine-tune' ? [['tensorflow', 'float16'] as const] : []),
    ),
  ]);
  await rm(folder, { recursive: true, force: true });
  return [...scripts, ...pages.flat()];
}

export const exportsSuite: Suite = {
  name: 'exports',
  about:
    'exported models in PyTorch, ONNX Runtime, TensorFlow.js and the HTML file over photos, against the page; fails beyond the bounds ' +
    `(--data DIR${delimiter}DIR, --files N, --python PATH)`,
  quick: false,
  run: async ({ dataFolder, files, python }) => {
    if (dataFolder === null) throw new PlainFailure('exports needs --data DIR: photos to ask both about.', 2);
    await run(python, ['-c', 'import torch, safetensors, onnxruntime, PIL, numpy']).catch(() => {
      throw new PlainFailure(
        `${python} has no torch, safetensors, onnxruntime, pillow and numpy. Name one that has with --python.`,
        2,
      );
    });
    const folders = dataFolder.split(delimiter).map((folder) => resolve(projectRoot, folder));
    const found = await findPhotos(folders, files ?? usualCount);
    const scratch = await mkdtemp(join(tmpdir(), 'headstart-exports-'));
    const session = await openSession({ webgpu: false });
    try {
      await prepareDevice(session, 'cpu');
      const rows: Row[] = [];
      for (const classes of new Set(models.map((model) => model.classes))) {
        const folder = join(scratch, `classes-${String(classes)}`);
        const photos = await stageClasses(found, classes, folder);
        await session.store.evaluate((handle) => handle.getState().actions.clearPictures());
        await addFolder(session, folder);
        for (const model of models.filter((one) => one.classes === classes))
          rows.push(...(await measureModel({ session, python, photos, scratch }, model)));
      }
      const failures = rows.filter(({ failed }) => failed !== null);
      return {
        rows,
        browser: session.browserName,
        adapter: null,
        failed: failures.length > 0,
        notes: [
          `${String(found.length)} photos. Differences are the largest of any logit from the page’s own float32 one, over the rms of all logits.`,
          'samePixels: eight drawings and the photos, pixels from the export, by its check.py or its page’s Check (ONNX: the larger of both files).',
          `fromFiles: the photos, decoded and fitted there, by Pillow in Python, by the browser in pages; at most ${String(fileBounds.float32)}, float16 ${String(fileBounds.float16)}.`,
          'pageRounds: how far what the page shows is from its own float32 answer, because it holds features of a frozen backbone as float16.',
          'msPerPhoto: from its file to its answer, the model open; pages compute on one thread, two pages at once. load: of this machine, of the minute before.',
          ...failures.map(({ name, precision, way, classes, failed }) =>
            ['FAILED:', name, precision, way, classes, 'classes:', failed].map(String).join(' '),
          ),
        ],
      };
    } finally {
      await session.close();
      await rm(scratch, { recursive: true, force: true });
    }
  },
};
