import type { Augmentation } from '../../domain/run-config';
import type { PictureChange } from './feature-source';
import { deriveRng } from '../../domain/rng';
import { augmentationStream, augmentPicture } from '../../domain/augment';

/** What chance does to the training pictures of an epoch; null without augmentation. Every picture of every epoch has its own stream. */
export function changesOf(augmentation: Augmentation | null, seed: number): ((epoch: number) => PictureChange) | null {
  if (augmentation === null) return null;
  return (epoch) => (sampleId, pixels) =>
    augmentPicture(pixels, augmentation, deriveRng(seed, augmentationStream(sampleId, epoch)));
}
