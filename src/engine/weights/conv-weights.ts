import { HeadstartError } from '../../domain/errors';
import type { ExportedTensor } from '../../domain/model-export';
import { convLayers, type ConvLayer } from '../../domain/vgg16';
import { parseSafetensors, readFloat32, type StoredTensor } from './safetensors';
import type { InputScaling, WeightsIndex } from './weights-index';

/** Everything that was loaded, still as it lies in the files (float16): half the size of the widened values. */
export interface BackboneWeights {
  readonly index: WeightsIndex;
  readonly scaling: InputScaling;
  /** Shard name -> its bytes, already verified. */
  readonly shards: ReadonlyMap<string, Uint8Array>;
  /** Tensors that came in or were trained since, by name (`features.28.weight`, OIHW): they are in force instead of the loaded ones. */
  readonly trained?: ReadonlyMap<string, Float32Array>;
  /** Of convolutions that came in, see BackboneIdentity; absent where the loaded ones are in force, trained further or not. */
  readonly baseId?: string;
}

/** The weights with these tensors in their place. */
export function withTensors(weights: BackboneWeights, tensors: ReadonlyMap<string, Float32Array>): BackboneWeights {
  return tensors.size === 0 ? weights : { ...weights, trained: new Map([...(weights.trained ?? []), ...tensors]) };
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

/** Opens each file's header once; the result finds a tensor of a shape. */
function openTensors({ index, shards, trained }: BackboneWeights): (tensor: string, shape: readonly number[]) => StoredTensor {
  const tensors = new Map([...shards].map(([name, bytes]) => [name, parseSafetensors(bytes, name)]));
  return (tensor, shape) => {
    const own = trained?.get(tensor);
    if (own !== undefined) return { dtype: 'F32', shape, bytes: new Uint8Array(own.buffer, own.byteOffset, own.byteLength) };
    const file = index.fileOf.get(tensor) ?? '';
    const stored = tensors.get(file)?.get(tensor);
    if (stored === undefined || stored.shape.join() !== shape.join())
      throw new HeadstartError('weights-tensor-invalid', { file, tensor });
    return stored;
  };
}

/** The result gives one layer at a time, so that only one is held widened. Throws `weights-tensor-invalid`. */
export function openConvWeights(weights: BackboneWeights): (layer: ConvLayer) => ConvWeights {
  const find = openTensors(weights);
  return ({ index: layer, inChannels, outChannels }) => {
    const name = `features.${String(layer)}`;
    const kernel = readFloat32(find(`${name}.weight`, [outChannels, inChannels, 3, 3]));
    return { kernel: toHwio(kernel, outChannels, inChannels), bias: readFloat32(find(`${name}.bias`, [outChannels])) };
  };
}

/** A layer's weights as they lie in the file, for kernels that widen and arrange them themselves. */
export interface ConvSource {
  /** OIHW, row-major, little-endian: float16 bit patterns where `half`, else float32. */
  readonly kernel: Uint8Array;
  readonly half: boolean;
  /** `[outChannels]`. */
  readonly bias: Float32Array;
}

/**
 * As openConvWeights, but the kernels are views of the files: nothing is widened or copied, unless some tensors were trained: then all are
 * float32, as kernels want them to be alike. Throws `weights-tensor-invalid`.
 */
export function openConvSources(weights: BackboneWeights): (layer: ConvLayer) => ConvSource {
  const find = openTensors(weights);
  return ({ index: layer, inChannels, outChannels }) => {
    const name = `features.${String(layer)}`;
    const kernel = find(`${name}.weight`, [outChannels, inChannels, 3, 3]);
    const bias = readFloat32(find(`${name}.bias`, [outChannels]));
    const { trained } = weights;
    if (trained === undefined || trained.size === 0) return { kernel: kernel.bytes, half: kernel.dtype === 'F16', bias };
    const { buffer, byteOffset, byteLength } = readFloat32(kernel);
    return { kernel: new Uint8Array(buffer, byteOffset, byteLength), half: false, bias };
  };
}

/** All convolutions as PyTorch names and lays them out, float32, trained ones in their place; copies. Throws `weights-tensor-invalid`. */
export function readConvTensors(weights: BackboneWeights): ExportedTensor[] {
  const find = openTensors(weights);
  return convLayers.flatMap(({ index, inChannels, outChannels }) => {
    const parts = [
      { name: `features.${String(index)}.weight`, shape: [outChannels, inChannels, 3, 3] },
      { name: `features.${String(index)}.bias`, shape: [outChannels] },
    ];
    return parts.map(({ name, shape }) => ({ name, shape, values: readFloat32(find(name, shape)) }));
  });
}
