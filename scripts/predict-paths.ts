import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { SkippedFile } from '../src/domain/dataset';
import type { Prediction } from '../src/domain/history';
import { isArchiveName } from '../src/ingest/archive/archive-kind';
import { PlainFailure } from './install.mjs';
import { pageFailure, type Session } from './session';

/** As in `predictions` of the demo's JSON. */
export interface PathPrediction extends Omit<Prediction, 'milliseconds'> {
  readonly file: string;
}

export interface PredictedPath {
  readonly predictions: readonly PathPrediction[];
  readonly skipped: readonly SkippedFile[];
}

async function predictFile({ page, store }: Session, file: string): Promise<Prediction> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^choose( a)?( picture)?$/i }).click();
  await (await chooser).setFiles(resolve(file));
  await page.waitForFunction(
    (handle) => {
      const { target, busy, prediction, error } = handle.store.getState().trial;
      return target?.kind === 'file' && target.name === handle.name && !busy && (prediction !== null || error !== null);
    },
    { store, name: basename(file) },
    { polling: 100, timeout: 300_000 },
  );
  const { prediction, error } = await store.evaluate((handle) => handle.getState().trial);
  if (prediction === null)
    throw error === null
      ? new PlainFailure(`${file}: no prediction came.`)
      : new PlainFailure(`${file}: ${pageFailure(error).message}`);
  return prediction;
}

/** A folder or an archive, through the page's own dialog. What cannot be predicted is among `skipped`. */
async function predictMany({ page, store }: Session, path: string): Promise<PredictedPath> {
  const isFolder = statSync(path).isDirectory();
  await page.getByRole('button', { name: 'Predict many' }).click();
  const dialog = page.getByRole('dialog', { name: 'Predict many' });
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: isFolder ? 'Choose a folder' : 'Choose files' }).click();
  // What was predicted before is let go of: its end would be taken for this one's.
  await store.evaluate((handle) => handle.getState().actions.clearMany());
  await (await chooser).setFiles(resolve(path));
  await page.waitForFunction(
    (handle) => {
      const { phase, error } = handle.getState().many;
      return phase === 'done' || error !== null;
    },
    store,
    { polling: 100, timeout: 0 },
  );
  const { error, results, skipped, classNames } = await store.evaluate((handle) => {
    const { many } = handle.getState();
    return {
      error: many.error,
      skipped: many.skipped,
      classNames: many.run?.classNames ?? [],
      results: many.results.map(({ path, classIndex, logits, probabilities }) => ({ path, classIndex, logits, probabilities })),
    };
  });
  if (error !== null && results.length === 0) throw new PlainFailure(`${path}: ${pageFailure(error).message}`);
  if (error !== null) throw pageFailure(error);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  // What the page lists begins with the folder's, or the archive's, own name.
  const beside = dirname(path);
  return {
    predictions: results.map(({ path: listed, classIndex, logits, probabilities }) => ({
      file: join(beside, listed),
      classIndex,
      className: classNames[classIndex] ?? '',
      logits,
      probabilities,
    })),
    skipped: skipped.map(({ path: listed, reason }) => ({ path: join(beside, listed), reason })),
  };
}

/** A picture, or every picture of a folder or an archive. Throws the page's error as a PlainFailure. */
export async function predictPath(session: Session, path: string): Promise<PredictedPath> {
  if (statSync(path).isDirectory() || isArchiveName(path)) return predictMany(session, path);
  const { classIndex, className, logits, probabilities } = await predictFile(session, path);
  return { predictions: [{ file: path, classIndex, className, logits, probabilities }], skipped: [] };
}
