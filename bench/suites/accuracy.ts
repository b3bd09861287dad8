import { resolve } from 'node:path';
import { followRun } from '../../scripts/follow-run';
import { addDrawings, addFolder, openSession, prepareDevice } from '../../scripts/session';
import type { Row, Suite } from '../suite';

const presets = ['recommended', 'note'] as const;

/** Validation accuracy of both presets, several seeds, in one visit: features are held between runs of the same fit. */
export const accuracySuite: Suite = {
  name: 'accuracy',
  about: 'validation accuracy of both presets on the CPU path (--data DIR, --seeds N)',
  quick: false,
  run: async ({ dataFolder, seeds }) => {
    const session = await openSession();
    try {
      const { store } = session;
      await prepareDevice(session, 'cpu');
      if (dataFolder === null) await addDrawings(session);
      else await addFolder(session, resolve(dataFolder));
      const rows: Row[] = [];
      const notes: string[] = [];
      for (const preset of presets) {
        const accuracies: number[] = [];
        for (let seed = 0; seed < seeds; seed += 1) {
          await store.evaluate(
            (handle, chosen) => {
              const { actions } = handle.getState();
              actions.choosePreset(chosen.preset);
              actions.changeSettings({ seed: chosen.seed });
            },
            { preset, seed },
          );
          const { run } = await followRun(session, () => undefined);
          const last = run.history.epochs[run.history.epochs.length - 1];
          const valAccuracy = last?.valAccuracy ?? Number.NaN;
          accuracies.push(valAccuracy);
          rows.push({
            name: preset,
            device: run.device,
            seed,
            train: run.counts.train,
            val: run.counts.val,
            valAccuracy,
            valLoss: last?.valLoss ?? null,
            secondsOfTraining: Number(run.seconds.train.toFixed(1)),
            secondsOfFeatures: Number(run.seconds.features.toFixed(1)),
          });
          console.log(`${preset}, seed ${String(seed)}: ${valAccuracy.toFixed(4)}`);
        }
        const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
        rows.push({ name: `${preset}, mean`, valAccuracy: mean });
        notes.push(`${preset}: mean validation accuracy ${mean.toFixed(4)} of ${String(accuracies.length)} seeds`);
      }
      return { rows, browser: session.browserName, adapter: null, notes };
    } finally {
      await session.close();
    }
  },
};
