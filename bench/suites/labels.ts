import { resolve } from 'node:path';
import { followRun } from '../../scripts/follow-run';
import { pageFailure, addDrawings, addFolder, openSession, prepareDevice, type Session } from '../../scripts/session';
import { rankLabelErrors } from '../../src/domain/evaluation/label-errors';
import { deriveRng } from '../../src/domain/rng';
import type { Row, Suite } from '../suite';

/** Of all labels so many are turned over. */
const flippedShare = 0.05;
/** How much of the list a person would go through. */
const shareLookedAt = 0.1;

interface Labelled {
  readonly id: string;
  readonly className: string;
}

/** Seeded: pictures with another label each, any of the others alike. */
function chooseFlips(samples: readonly Labelled[], classNames: readonly string[], seed: number): Labelled[] {
  const rng = deriveRng(seed, 'flipped labels');
  return rng
    .shuffle(samples)
    .slice(0, Math.round(samples.length * flippedShare))
    .map(({ id, className }) => {
      const others = classNames.filter((name) => name !== className);
      return { id, className: others[rng.integer(others.length)] ?? className };
    });
}

async function relabel({ store }: Session, labels: readonly Labelled[]): Promise<void> {
  await store.evaluate((handle, given) => {
    for (const { id, className } of given) handle.getState().actions.dispatch({ kind: 'move-samples', ids: [id], className });
  }, labels);
}

/** Presses the label doctor's button and waits; gives the out-of-fold predictions and their seconds. */
async function crossValidate({ page, store }: Session) {
  await store.evaluate((handle) => {
    void handle.getState().actions.crossValidate();
  });
  await page.waitForFunction((handle) => handle.getState().inspection.task === null, store, { polling: 100, timeout: 600_000 });
  const { error, result } = await store.evaluate((handle) => {
    const { inspection } = handle.getState();
    return { error: inspection.error, result: inspection.folds?.result ?? null };
  });
  if (error !== null) throw pageFailure(error);
  if (result === null) throw new Error('the page did not cross-validate');
  return result;
}

const accuracyOf = (predictions: readonly { readonly labelIndex: number; readonly classIndex: number }[]) =>
  predictions.filter(({ labelIndex, classIndex }) => labelIndex === classIndex).length / predictions.length;

/** How many of the labels that were turned over the label doctor puts into the first tenth of its list. */
export const labelsSuite: Suite = {
  name: 'labels',
  about: 'flipped labels found by out-of-fold predictions (--data DIR, --seeds N)',
  quick: false,
  run: async ({ dataFolder, seeds }) => {
    const session = await openSession();
    try {
      const { store } = session;
      await prepareDevice(session, 'cpu');
      if (dataFolder === null) await addDrawings(session);
      else await addFolder(session, resolve(dataFolder));
      const { samples, classNames } = await store.evaluate((handle) => {
        const { document } = handle.getState().project;
        const labelled = document.samples.flatMap(({ id, className }) => (className === null ? [] : [{ id, className }]));
        return { samples: labelled, classNames: document.classNames };
      });
      const truth = new Map(samples.map(({ id, className }) => [id, className]));
      const rows: Row[] = [];
      for (let seed = 0; seed < seeds; seed += 1) {
        const flips = chooseFlips(samples, classNames, seed);
        await relabel(session, flips);
        await store.evaluate((handle, chosen) => {
          handle.getState().actions.changeSettings({ seed: chosen });
        }, seed);
        await followRun(session, () => undefined);
        const { predictions, seconds } = await crossValidate(session);
        const ranked = rankLabelErrors(predictions, classNames.length);
        const flipped = new Set(flips.map(({ id }) => id).filter((id) => predictions.some(({ sampleId }) => sampleId === id)));
        const isFlipped = (at: number) => flipped.has(predictions[at]?.sampleId ?? '');
        const lookedAt = ranked.slice(0, Math.ceil(ranked.length * shareLookedAt));
        const found = lookedAt.filter(({ at }) => isFlipped(at));
        const likely = ranked.filter(({ isLikely }) => isLikely);
        // Every suspicion accepted, as the person may: then measured again.
        await relabel(
          session,
          likely.map(({ at, suggestedIndex }) => ({
            id: predictions[at]?.sampleId ?? '',
            className: classNames[suggestedIndex] ?? '',
          })),
        );
        const after = await crossValidate(session);
        const row = {
          name: 'headstart',
          seed,
          pictures: predictions.length,
          flipped: flipped.size,
          foundInFirstTenth: found.length / flipped.size,
          likely: likely.length,
          likelyFlipped: likely.filter(({ at }) => isFlipped(at)).length,
          accuracyBefore: accuracyOf(predictions),
          accuracyAfter: accuracyOf(after.predictions),
          secondsOfFolds: Number(seconds.toFixed(1)),
        };
        rows.push(row);
        console.log(
          `seed ${String(seed)}: ${String(found.length)} of ${String(flipped.size)} flipped labels in the first ${String(lookedAt.length)} of ${String(predictions.length)}`,
        );
        await relabel(
          session,
          samples.map(({ id }) => ({ id, className: truth.get(id) ?? '' })),
        );
      }
      const total = (key: 'foundInFirstTenth' | 'flipped') => rows.map((row) => Number(row[key]));
      const flippedInAll = total('flipped').reduce((sum, value) => sum + value, 0);
      const foundInAll = total('foundInFirstTenth').reduce((sum, share, at) => sum + share * (total('flipped')[at] ?? 0), 0);
      const share = foundInAll / flippedInAll;
      rows.push({ name: 'headstart, all seeds', flipped: flippedInAll, foundInFirstTenth: share });
      const notes = [
        `${(share * 100).toFixed(1)} % of ${String(flippedInAll)} flipped labels are in the first tenth of the list`,
      ];
      return { rows, browser: session.browserName, adapter: null, notes };
    } finally {
      await session.close();
    }
  },
};
