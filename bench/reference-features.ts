import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlainFailure, projectRoot } from '../scripts/install.mjs';
import { featureCount } from '../src/domain/vgg16';
import { parseSafetensors, readFloat32 } from '../src/engine/weights/safetensors';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** The largest error over the reference's root mean square, over the pictures that the reference has. */
export function maxErrorOverRms(features: readonly ArrayLike<number>[], reference: Float32Array): number {
  let worst = 0;
  // Without PyTorch on the machine there are answers for two pictures only.
  features.slice(0, reference.length / featureCount).forEach((values, picture) => {
    const own = reference.subarray(picture * featureCount, (picture + 1) * featureCount);
    const rms = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / featureCount);
    own.forEach((value, at) => {
      const error = Math.abs((values[at] ?? NaN) - value) / rms;
      if (!(error <= worst)) worst = error;
    });
  });
  return worst;
}

/** PyTorch's features of the first two of the bench's pictures, which the tests compare with too. */
export async function readKeptFeatures(): Promise<Float32Array> {
  const file = new Uint8Array(await readFile(join(projectRoot, 'src/engine/fixtures/drawings-features.safetensors')));
  const stored = parseSafetensors(file, 'drawings-features').get('features');
  if (stored === undefined) throw new PlainFailure('The kept features of the drawings are not there.');
  return readFloat32(stored);
}
