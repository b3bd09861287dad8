import { resolve } from 'node:path';
import { addDrawings, addFolder, openSession, prepareDevice } from '../../scripts/session';
import type { Row, Suite } from '../suite';
import { trainSeeds } from '../train-seeds';

const presets = ['recommended', 'note'] as const;

/** Validation accuracy of both presets, several seeds, in one visit: features are held between runs of the same fit. */
export const accuracySuite: Suite = {
  name: 'accuracy',
  about: 'validation accuracy of both presets on the CPU path (--data DIR, --seeds N)',
  quick: false,
  run: async ({ dataFolder, seeds }) => {
    const session = await openSession();
    try {
      await prepareDevice(session, 'cpu');
      if (dataFolder === null) await addDrawings(session);
      else await addFolder(session, resolve(dataFolder));
      const rows: Row[] = [];
      for (const preset of presets) rows.push(...(await trainSeeds(session, { name: preset, way: 'features', preset }, seeds)));
      return { rows, browser: session.browserName, adapter: null, notes: [] };
    } finally {
      await session.close();
    }
  },
};
