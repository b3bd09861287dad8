/** npm run textures -- DIR: writes the pictures that the bench trains on beside photos. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usualTextures, writeTextures } from '../bench/textures/write-textures';
import { PlainFailure, runMain } from './install.mjs';

const usage = `Writes pictures like a microscope's, of cells that divide and cells that rest: DIR/train and DIR/val, a folder a kind.

npm run textures -- DIR [--train N] [--val N] [--seed N]
  --train N  pictures of each kind to train (${String(usualTextures.train)})
  --val N    pictures of each kind to validate (${String(usualTextures.val)})
  --seed N   another seed draws other pictures (0)`;

function readWhole(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0)
    throw new PlainFailure(`--${name} must be a whole number from 0 up, not “${text}”. See npm run textures -- --help.`, 2);
  return value;
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      train: { type: 'string', default: String(usualTextures.train) },
      val: { type: 'string', default: String(usualTextures.val) },
      seed: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0)
    throw new PlainFailure('Name one folder to write to. See npm run textures -- --help.', 2);
  const counts = { train: readWhole('train', values.train), val: readWhole('val', values.val) };
  await writeTextures(resolve(folder), counts, readWhole('seed', values.seed));
  console.log(`${String(2 * (counts.train + counts.val))} pictures are in ${folder}: train them with`);
  console.log(`npm run demo -- --data ${folder}/train --val ${folder}/val --way fine-tune`);
});
