import { HeadstartError } from '../domain/errors';
import type { BackboneIdentity } from '../domain/model-import';
import type { BackboneParts } from '../protocol/compute-api';
import { backboneId } from './model-files/backbone-id';
import { vgg16Shapes } from './model-files/vgg16-check';
import { trainedTensors } from './trained-tensors';
import { encodeSafetensors } from './weights/encode-safetensors';
import { parseSafetensors, readFloat32 } from './weights/safetensors';

/** Convolutions that came in as a safetensors file, named as torchvision names them. */
export function encodeBackbone({ tensors }: BackboneParts): Uint8Array<ArrayBuffer> {
  const all = [...vgg16Shapes].map(([name, shape]) => {
    const values = tensors.get(name);
    if (values === undefined) throw new RangeError(`${name} is absent`);
    return { name, shape, values };
  });
  return encodeSafetensors(all, {});
}

/** @throws HeadstartError `project-invalid` where the bytes are not the convolutions that the identity names */
export async function decodeBackbone(bytes: Uint8Array, identity: BackboneIdentity): Promise<BackboneParts> {
  try {
    const stored = parseSafetensors(bytes, identity.title);
    const tensors = trainedTensors([...stored].map(([name, tensor]) => ({ name, values: readFloat32(tensor) })));
    // A digest of a missing tensor cannot be made.
    if (tensors !== null && (await backboneId(identity.scaling, tensors)) === identity.id) return { identity, tensors };
  } catch (cause) {
    throw new HeadstartError('project-invalid', {}, { cause });
  }
  throw new HeadstartError('project-invalid');
}
