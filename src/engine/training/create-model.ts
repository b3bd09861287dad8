import { HeadstartError } from '../../domain/errors';
import { augmentationOf, unfrozenConvs } from '../../domain/run-config';
import { convLayers } from '../../domain/vgg16';
import { FeatureSource } from './feature-source';
import { FineTuneModel } from './fine-tune-model';
import { HeadModel } from './head-model';
import type { Model, SavedModel } from './model';
import { changesOf } from './picture-changes';
import type { RunPlan } from './run-plan';
import type { SessionParts } from './session-parts';

/** What moves in a run, brought to what was saved, and the source of its pictures. Rejects with what the trainer rejects with. */
export async function createModel(
  { config }: RunPlan,
  saved: SavedModel,
  parts: SessionParts,
): Promise<{ readonly source: FeatureSource; readonly model: Model }> {
  const { compute, backbone, store, boundaries, training, pixels, signal } = parts;
  const { fit } = config;
  const changeOf = changesOf(augmentationOf(config), config.seed);
  const unfrozen = unfrozenConvs(config);
  if (unfrozen === 0) {
    const source = new FeatureSource({ ...parts, store, backbone, fit });
    return { source, model: new HeadModel({ saved, config, compute, source, changeOf }) };
  }
  if (training === null) throw new HeadstartError('way-not-available');
  const steps = convLayers.length - unfrozen;
  boundaries.useOrigin(`${training.computePlan} ${String(steps)}`);
  const source = new FeatureSource({
    ...parts,
    fit,
    store: boundaries,
    backbone: {
      batch: training.batch,
      extractBatch: (pictures, stop) => training.extractBoundary(pictures, steps, stop),
    },
  });
  const trainer = await training.openTrainer({ unfrozen, batch: config.batchSize, optimizer: config.optimizer });
  const isFull = () => boundaries.isFull;
  const model = await FineTuneModel.create({
    ...{ saved, config, compute, trainer, source, isFull, pixels, fit, changeOf, unfrozen, signal },
  });
  return { source, model };
}
