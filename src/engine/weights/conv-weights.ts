import { HeadstartError } from '../../domain/errors';
import type { ConvLayer } from '../../domain/vgg16';
import { parseSafetensors, readFloat32, type StoredTensor } from './safetensors';
import type { InputScaling, WeightsIndex } from './weights-index';

/** Everything that was loaded, still as it lies in the files (float16): half the size of the widened values. */
export interface BackboneWeights {
  readonly index: WeightsIndex;
  readonly scaling: InputScaling;
  /** Shard name -> its bytes, already verified. */
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

export interface ConvWeights {
  /** HWIO: `[3, 3, inChannels, outChannels]`, row-major, as tfjs wants it. */
  readonly kernel: Float32Array;
  /** `[outChannels]`. */
  readonly bias: Float32Array;
}

/** `[o, i, 3, 3]` -> `[3, 3, i, o]`. */
export function toHwio(oihw: Float32Array, outChannels: number, inChannels: number): Float32Array {
  const hwio = new Float32Array(oihw.length);
  let from = 0;
  for (let o = 0; o < outChannels; o++) {
    for (let i = 0; i < inChannels; i++) {
      for (let place = 0; place < 9; place++) hwio[(place * inChannels + i) * outChannels + o] = oihw[from++] ?? 0;
    }
  }
  return hwio;
}

/** Opens each file's header once; `read` gives one layer at a time, so that only one is held widened. Throws `weights-tensor-invalid`. */
export function openConvWeights({ index, shards }: BackboneWeights): (layer: ConvLayer) => ConvWeights {
  const tensors = new Map([...shards].map(([name, bytes]) => [name, parseSafetensors(bytes, name)]));

  function find(tensor: string, shape: readonly number[]): StoredTensor {
    const file = index.fileOf.get(tensor) ?? '';
    const stored = tensors.get(file)?.get(tensor);
    if (stored === undefined || stored.shape.join() !== shape.join())
      throw new HeadstartError('weights-tensor-invalid', { file, tensor });
    return stored;
  }

  return ({ index: layer, inChannels, outChannels }) => {
    const name = `features.${String(layer)}`;
    const kernel = readFloat32(find(`${name}.weight`, [outChannels, inChannels, 3, 3]));
    return { kernel: toHwio(kernel, outChannels, inChannels), bias: readFloat32(find(`${name}.bias`, [outChannels])) };
  };
}
