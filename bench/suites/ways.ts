import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Way } from '../../src/domain/run-config';
import { PlainFailure } from '../../scripts/install.mjs';
import { addFolder, openSession, prepareDevice } from '../../scripts/session';
import { stagePictures } from '../../scripts/stage-pictures';
import type { BenchOptions, Row, Suite } from '../suite';
import { usualTextures, writeTextures } from '../textures/write-textures';
import { trainSeeds } from '../train-seeds';

const ways: readonly Way[] = ['features', 'frozen', 'fine-tune'];

/** Each way's Recommended preset, in one visit: what a way keeps serves its later seeds. */
async function measureWays(train: string, val: string, { seeds, limit, device }: BenchOptions) {
  const staged = await stagePictures(train, val, limit, 0);
  const session = await openSession();
  try {
    await prepareDevice(session, device);
    await addFolder(session, staged.folder);
    const rows: Row[] = [];
    for (const way of ways) rows.push(...(await trainSeeds(session, { name: way, way, preset: 'recommended' }, seeds)));
    return { rows, browser: session.browserName };
  } finally {
    await session.close();
    await staged.remove();
  }
}

/** The three ways beside each other: on pictures that are given, else on the textures that we generate. */
export const waysSuite: Suite = {
  name: 'ways',
  about: 'validation accuracy and seconds of the three ways (--data DIR --val DIR, else textures; --seeds N, --limit N)',
  quick: false,
  run: async (options) => {
    const { dataFolder, valFolder } = options;
    if ((dataFolder === null) !== (valFolder === null))
      throw new PlainFailure('ways needs --data and --val together, or neither for the textures.', 2);
    const folder = await mkdtemp(join(tmpdir(), 'headstart-textures-'));
    try {
      if (dataFolder === null) await writeTextures(folder, usualTextures, 0);
      const train = resolve(dataFolder ?? join(folder, 'train'));
      const val = resolve(valFolder ?? join(folder, 'val'));
      const { rows, browser } = await measureWays(train, val, options);
      const notes = [
        'Each way with its Recommended preset: frozen has no augmentation there, so its accuracies equal those of features.',
        'The first seed of a way pays for what the way keeps, the later ones do not.',
        'Where validation chose the epoch (chosenBy), its accuracy is a chosen one, so a little too good.',
      ];
      return { rows, browser, adapter: null, notes };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
