import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Way } from '../../src/domain/run-config';
import { PlainFailure } from '../../scripts/install.mjs';
import { addFolder, openSession, prepareDevice, type Session } from '../../scripts/session';
import { stagePictures } from '../../scripts/stage-pictures';
import type { BenchOptions, Row, Suite } from '../suite';
import { usualTextures, writeTextures } from '../textures/write-textures';
import { trainSeeds } from '../train-seeds';

const ways: readonly Way[] = ['features', 'frozen', 'fine-tune'];

interface PictureSet {
  readonly name: string;
  readonly train: string;
  readonly val: string;
}

/** Each way's Recommended preset on one set of pictures, in a visit of its own: what a way keeps serves its later seeds. */
async function measureSet({ name, train, val }: PictureSet, { seeds, limit, device }: BenchOptions): Promise<[Row[], Session]> {
  const staged = await stagePictures(train, val, limit, 0);
  const session = await openSession();
  try {
    await prepareDevice(session, device);
    await addFolder(session, staged.folder);
    const rows: Row[] = [];
    for (const way of ways) {
      const own = await trainSeeds(session, { name: `${name}, ${way}`, way, preset: 'recommended' }, seeds);
      rows.push(...own.map((row) => ({ ...row, set: name, way })));
    }
    return [rows, session];
  } finally {
    await session.close();
    await staged.remove();
  }
}

/** The three ways beside each other: on the textures that we generate and, where they are given, on pictures of one's own. */
export const waysSuite: Suite = {
  name: 'ways',
  about: 'validation accuracy and seconds of the three ways (--data DIR --val DIR, --seeds N, --limit N)',
  quick: false,
  run: async (options) => {
    const { dataFolder, valFolder } = options;
    if ((dataFolder === null) !== (valFolder === null))
      throw new PlainFailure('ways needs --data and --val together, or neither for the textures alone.', 2);
    const folder = await mkdtemp(join(tmpdir(), 'headstart-textures-'));
    try {
      await writeTextures(folder, usualTextures, 0);
      const textures = { name: 'textures', train: join(folder, 'train'), val: join(folder, 'val') };
      const own =
        dataFolder === null || valFolder === null ? [] : [{ name: 'given', train: resolve(dataFolder), val: resolve(valFolder) }];
      const rows: Row[] = [];
      let browser = '';
      for (const set of [...own, textures]) {
        const [measured, session] = await measureSet(set, options);
        rows.push(...measured);
        browser = session.browserName;
      }
      const notes = [
        'Each way with its Recommended preset: frozen has no augmentation there, so its numbers equal those of features.',
        'The first seed of a way pays for what the way keeps, the later ones do not.',
        'Where validation chose the epoch (chosenBy), its accuracy is a chosen one, so a little too good.',
      ];
      return { rows, browser, adapter: null, notes };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
