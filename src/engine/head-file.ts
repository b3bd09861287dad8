import { HeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import { convLayers, featureCount } from '../domain/vgg16';
import type { KeptHead, NamedTensor } from '../protocol/compute-api';
import { trainedTensors } from './trained-tensors';
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
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', classes: JSON.stringify(run.classNames) } };
  let end = 0;
  for (const { name, values } of all) {
    const shape = name === weightName ? [run.classNames.length, featureCount] : (shapes.get(name) ?? [values.length]);
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += values.byteLength)] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Values begin at a multiple of eight, as the format asks.
  const valuesAt = 8 + Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(valuesAt + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(valuesAt - 8), true);
  out.fill(0x20, 8, valuesAt);
  out.set(text, 8);
  let at = valuesAt;
  for (const { values } of all) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return out;
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
