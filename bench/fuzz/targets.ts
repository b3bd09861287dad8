import type { FuzzTarget } from './target';
import { importTarget, salvageTarget, tarTarget, zipTarget } from './targets/archives';
import { featuresTarget, payloadTarget } from './targets/features';
import { hubTarget } from './targets/hub';
import { hubPartTarget, rangeAnswersTarget } from './targets/hub-weights';
import { manifestTarget, patternTarget } from './targets/manifests';
import { legacyTorchTarget, modelFileTarget, onnxTarget, pickleTarget, torchArchiveTarget } from './targets/model-files';
import { pictureTarget } from './targets/pictures';
import { projectFileTarget } from './targets/project-files';
import { projectTarget } from './targets/projects';
import { safetensorsTarget, weightsIndexTarget } from './targets/weights';

/** A target whose kind of input is its own matter. */
export interface AnyTarget extends Pick<FuzzTarget, 'name' | 'of'> {
  /** Calls back with the target, so that inputs need no casts. */
  use<T>(work: <Input>(target: FuzzTarget<Input>) => T): T;
}

function hide<Input>(target: FuzzTarget<Input>): AnyTarget {
  return { name: target.name, of: target.of, use: (work) => work(target) };
}

/** Everything that reads what people, files, disks or servers give. */
export const fuzzTargets: readonly AnyTarget[] = [
  hide(zipTarget),
  hide(salvageTarget),
  hide(tarTarget),
  hide(importTarget),
  hide(manifestTarget),
  hide(patternTarget),
  hide(projectTarget),
  hide(projectFileTarget),
  hide(weightsIndexTarget),
  hide(safetensorsTarget),
  hide(modelFileTarget),
  hide(pickleTarget),
  hide(torchArchiveTarget),
  hide(legacyTorchTarget),
  hide(onnxTarget),
  hide(pictureTarget),
  hide(featuresTarget),
  hide(payloadTarget),
  hide(hubTarget),
  hide(rangeAnswersTarget),
  hide(hubPartTarget),
];
