import { HeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import { convLayers, featureCount } from '../domain/vgg16';
import type { KeptHead, NamedTensor } from '../protocol/compute-api';
import { trainedTensors } from './trained-tensors';
import { encodeSafetensors } from './weights/encode-safetensors';
import { parseSafetensors, readFloat32 } from './weights/safetensors';

const weightName = 'classifier.weight';
const biasName = 'classifier.bias';

/** Convolutions have four sides, so that PyTorch takes them as they are. */
const shapes = new Map<string, readonly number[]>(
  convLayers.map(({ index, inChannels, outChannels }) => [`features.${String(index)}.weight`, [outChannels, inChannels, 3, 3]]),
);

/** A head with its trained tensors as a safetensors file: `classifier.weight` [classes, 25088], `classifier.bias`, and theirs. */
export function encodeHead({ run, weight, bias, tensors }: KeptHead): Uint8Array<ArrayBuffer> {
  const all: readonly NamedTensor[] = [{ name: weightName, values: weight }, { name: biasName, values: bias }, ...tensors];
  const shaped = all.map(({ name, values }) => ({
    name,
    shape: name === weightName ? [run.classNames.length, featureCount] : (shapes.get(name) ?? [values.length]),
    values,
  }));
  return encodeSafetensors(shaped, { classes: JSON.stringify(run.classNames) });
}

/** @throws HeadstartError `project-invalid` where the bytes are not a head for this run's classes. */
export function decodeHead(bytes: Uint8Array, run: RunRecord): KeptHead {
  const classes = run.classNames.length;
  try {
    const stored = parseSafetensors(bytes, 'the head');
    const [weight, bias] = [stored.get(weightName), stored.get(biasName)];
    const tensors = [...stored]
      .filter(([name]) => name !== weightName && name !== biasName)
      .map(([name, tensor]) => ({ name, values: readFloat32(tensor) }));
    if (weight !== undefined && bias !== undefined && trainedTensors(tensors) !== null) {
      const head = { run, weight: readFloat32(weight), bias: readFloat32(bias), tensors };
      const areFinite = [head.weight, head.bias].every((values) => Number.isFinite(values.reduce((sum, one) => sum + one, 0)));
      if (areFinite && head.bias.length === classes && head.weight.length === classes * featureCount) return head;
    }
  } catch (cause) {
    throw new HeadstartError('project-invalid', {}, { cause });
  }
  throw new HeadstartError('project-invalid');
}
