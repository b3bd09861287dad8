import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { exportModel } from '../../scripts/export-model';
import { followRun } from '../../scripts/follow-run';
import { PlainFailure, projectRoot } from '../../scripts/install.mjs';
import { addFolder, openSession, prepareDevice, type Session } from '../../scripts/session';
import { exportPrecisions, type ExportPrecision } from '../../src/domain/model-export';
import { askExport, type Logits } from '../exports/ask-export';
import type { Row, Suite } from '../suite';

const run = promisify(execFile);

const classCounts = [2, 5] as const;
const ways = ['features', 'fine-tune'] as const;
const norms = [10, null] as const;
/** Photos that the page and the export are both asked about. */
const usualCount = 50;

/** Photos from all over a folder of folders. */
async function findPhotos(folder: string, count: number): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const photos = entries.filter((name) => ['.jpg', '.jpeg', '.png'].includes(extname(name).toLowerCase())).sort();
  const step = Math.max(1, photos.length / count);
  return Array.from({ length: Math.min(count, photos.length) }, (_, index) =>
    resolve(folder, photos[Math.floor(index * step)] ?? ''),
  );
}

/** Labels are dealt out in turn: what is measured is whether two programs agree, not whether they are right. */
async function stageClasses(photos: readonly string[], classes: number, folder: string): Promise<void> {
  for (const [index, photo] of photos.entries()) {
    const own = join(folder, `class ${String((index % classes) + 1)}`);
    await mkdir(own, { recursive: true });
    await copyFile(photo, join(own, `${String(index)}${extname(photo).toLowerCase()}`));
  }
}

async function readPage({ store }: Session): Promise<Logits> {
  const said = await store.evaluate(async (handle) => {
    const { actions } = handle.getState();
    for (const split of ['train', 'val', 'test'] as const) await actions.predictSplit(split);
    const { inspection, project } = handle.getState();
    const names = new Map(project.document.samples.map(({ id, name }) => [id, name]));
    const all = Object.values(inspection.predictions?.of ?? {}).flat();
    return { error: inspection.error, logits: all.map(({ sampleId, logits }) => [names.get(sampleId) ?? '', logits] as const) };
  });
  if (said.error !== null) throw new PlainFailure(said.error.message);
  return new Map(said.logits);
}

function argmax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** The largest difference over the rms of all the page's logits, and how many answers are others. */
function compare(page: Logits, other: Logits): { readonly largest: number; readonly changed: number } {
  const all = [...page.values()].flat();
  const rms = Math.sqrt(all.reduce((sum, logit) => sum + logit * logit, 0) / all.length);
  let [largest, changed] = [0, 0];
  for (const [name, logits] of page) {
    const theirs = other.get(name) ?? [];
    logits.forEach((logit, index) => {
      const difference = Math.abs(logit - (theirs[index] ?? NaN)) / rms;
      if (!(difference <= largest)) largest = difference;
    });
    if (argmax(logits) !== argmax(theirs)) changed += 1;
  }
  return { largest, changed };
}

interface Model {
  readonly way: (typeof ways)[number];
  readonly norm: number | null;
  readonly classes: number;
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
  readonly photos: string;
  readonly scratch: string;
}

async function measure(
  { session, python, photos, scratch }: Measuring,
  model: Model,
  page: Logits,
  precision: ExportPrecision,
): Promise<Row[]> {
  const folder = await mkdtemp(join(scratch, 'model-'));
  const { certificate, written } = await exportModel(session, folder, precision);
  const rows: Row[] = [];
  for (const { format, folder: own, bytes, files } of written) {
    const asked = await askExport({ session, python, format, folder: own, files, photos, classes: model.classes });
    const { largest, changed } = compare(page, asked.logits);
    rows.push({
      name: format,
      precision,
      way: model.way,
      classes: model.classes,
      scaled: model.norm === null ? 'no' : 'yes',
      megabytes: Number((bytes / 1e6).toFixed(1)),
      samePixels: asked.samePixels,
      fromFiles: Number(largest.toPrecision(2)),
      answersChanged: changed,
      pageRounds: Number(certificate.shownDifference.toPrecision(2)),
    });
  }
  await rm(folder, { recursive: true, force: true });
  return rows;
}

export const exportsSuite: Suite = {
  name: 'exports',
  about:
    'exported models in PyTorch, ONNX Runtime, TensorFlow.js and the HTML file over photos from files, against the page (--data DIR, --files N, --python PATH)',
  quick: false,
  run: async ({ dataFolder, files, python }) => {
    if (dataFolder === null) throw new PlainFailure('exports needs --data DIR: photos to ask both about.', 2);
    await run(python, ['-c', 'import torch, safetensors, onnxruntime, PIL, numpy']).catch(() => {
      throw new PlainFailure(
        `${python} has no torch, safetensors, onnxruntime, pillow and numpy. Name one that has with --python.`,
        2,
      );
    });
    const scratch = await mkdtemp(join(tmpdir(), 'headstart-exports-'));
    const session = await openSession({ webgpu: false });
    try {
      await prepareDevice(session, 'cpu');
      const found = await findPhotos(resolve(projectRoot, dataFolder), files ?? usualCount);
      const rows: Row[] = [];
      for (const classes of classCounts) {
        const photos = join(scratch, `classes-${String(classes)}`);
        await stageClasses(found, classes, photos);
        await session.store.evaluate((handle) => handle.getState().actions.clearPictures());
        await addFolder(session, photos);
        for (const way of ways) {
          for (const norm of norms) {
            const model = { way, norm, classes };
            await trainModel(session, model);
            const page = await readPage(session);
            for (const precision of exportPrecisions) {
              const measured = await measure({ session, python, photos, scratch }, model, page, precision);
              for (const row of measured) console.log(JSON.stringify(row));
              rows.push(...measured);
            }
          }
        }
      }
      return {
        rows,
        browser: session.browserName,
        adapter: null,
        notes: [
          `${String(found.length)} photos. samePixels: largest difference of logits over their rms, eight drawings, pixels from the export (check.py, or the page's Check).`,
          'fromFiles: the same over the photos, decoded and resized there (by Pillow in Python, by the browser in pages), against what the page shows.',
          'pageRounds: how far what the page shows is from its own float32 answer, because it holds features of a frozen backbone as float16.',
        ],
      };
    } finally {
      await session.close();
      await rm(scratch, { recursive: true, force: true });
    }
  },
};
