import { augmentForEpoch } from '../../domain/augment';
import type { Augmentation } from '../../domain/run-config';
import type { PictureChange } from './feature-source';

/** What chance does to the training pictures of an epoch; null without augmentation. */
export function changesOf(augmentation: Augmentation | null, seed: number): ((epoch: number) => PictureChange) | null {
  if (augmentation === null) return null;
  return (epoch) => (sampleId, pixels) => augmentForEpoch(pixels, augmentation, { seed, epoch, sampleId });
}
