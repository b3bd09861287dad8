import * as tf from '@tensorflow/tfjs-core';
import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { meanCells, packMaps, type LayerMaps, type NetworkWeights } from '../../domain/look/layer-maps';
import { convLayers, featureMapShape, inputSize, vggLayers, type ConvLayer } from '../../domain/vgg16';
import type { KeptHead } from '../../protocol/compute-api';
import type { Backbone } from '../backbone';
import type { Compute } from '../device';
import { openConvWeights, type BackboneWeights } from '../weights/conv-weights';

type MapShape = readonly [number, number, number];

interface RawMap {
  readonly shape: MapShape;
  /** `[h, w, c]`, row-major. */
  readonly values: Float32Array;
}

export interface LayerMapsParts {
  readonly compute: Compute;
  readonly backbone: Backbone;
  /** Those that the backbone computes with. */
  readonly weights: BackboneWeights;
  readonly signal: AbortSignal;
}

/** Side of the map that comes out of a layer, pixels. */
function sideAfter(layerIndex: number): number {
  return vggLayers.reduce((side, { kind, index }) => (kind === 'pool' && index <= layerIndex ? side / 2 : side), inputSize);
}

function hasPool({ index }: ConvLayer): boolean {
  return vggLayers[index + 2]?.kind === 'pool';
}

function toHwc(chw: Float32Array): Float32Array {
  const [height, width, channels] = featureMapShape;
  const places = height * width;
  const hwc = new Float32Array(chw.length);
  for (let channel = 0; channel < channels; channel += 1)
    for (let place = 0; place < places; place += 1) hwc[place * channels + channel] = chw[channel * places + place] ?? 0;
  return hwc;
}

/** What the first `steps` convolutions give, pooled where a pooling follows: our kernels do both at once. */
async function mapAfterStep(
  pixels: Uint8Array,
  steps: number,
  { backbone, signal }: LayerMapsParts,
  layer: ConvLayer,
): Promise<RawMap> {
  const side = sideAfter(layer.index + (hasPool(layer) ? 2 : 1));
  const shape: MapShape = [side, side, layer.outChannels];
  if (steps === convLayers.length) return { shape, values: toHwc(await backbone.extractFeatures(pixels, undefined, signal)) };
  const [values] = (await backbone.training?.extractBoundary([pixels], steps, signal)) ?? [];
  if (values === undefined) throw new HeadstartError('unexpected', { detail: 'no map' });
  return { shape, values };
}

/** A convolution and its ReLU, before the pooling that our kernels never leave out. */
async function convolve(
  { shape: [height, width, channels], values }: RawMap,
  layer: ConvLayer,
  { compute, weights }: LayerMapsParts,
): Promise<RawMap> {
  const { kernel, bias } = openConvWeights(weights)(layer);
  const map = tf.tidy(() =>
    tf.fused.conv2d({
      x: tf.tensor4d(values, [1, height, width, channels]),
      filter: tf.tensor4d(kernel, [3, 3, layer.inChannels, layer.outChannels]),
      bias: tf.tensor1d(bias),
      strides: 1,
      pad: 'same',
      activation: 'relu',
    }),
  );
  try {
    return { shape: [height, width, layer.outChannels], values: await compute.orFailure(map.data<'float32'>()) };
  } finally {
    map.dispose();
  }
}

/** Where a backbone passes a picture layer by layer anyway, it is watched. */
async function watch(pixels: Uint8Array, layerIndex: number, { backbone, signal }: LayerMapsParts): Promise<RawMap> {
  const seen: RawMap[] = [];
  await backbone.extractFeatures(
    pixels,
    (index, shape, values) => {
      if (index === layerIndex) seen.push({ shape, values });
    },
    signal,
  );
  const [map] = seen;
  if (map === undefined) throw new HeadstartError('unexpected', { detail: `layer ${String(layerIndex)} was not seen` });
  return map;
}

/**
 * What comes out of one ReLU or pooling, by the backbone in force; the ReLU before a pooling from the map before it, by TensorFlow.js.
 * Rejects with `cancelled`, `self-check-failed` when they are not all numbers, or a failure of the device.
 */
export async function readLayerMap(pixels: Uint8Array, layerIndex: number, parts: LayerMapsParts): Promise<RawMap> {
  const step = convLayers.filter(({ index }) => index < layerIndex).length;
  const [layer, before] = [convLayers[step - 1], convLayers[step - 2]];
  const kind = vggLayers[layerIndex]?.kind;
  if (layer === undefined || (kind !== 'relu' && kind !== 'pool'))
    throw new RangeError(`nothing to see comes out of layer ${String(layerIndex)}`);
  throwIfCancelled(parts.signal);
  let map: RawMap;
  if (parts.backbone.training === null) map = await watch(pixels, layerIndex, parts);
  else if (kind === 'pool' || !hasPool(layer) || before === undefined) map = await mapAfterStep(pixels, step, parts, layer);
  else map = await convolve(await mapAfterStep(pixels, step - 1, parts, before), layer, parts);
  throwIfCancelled(parts.signal);
  if (!Number.isFinite(map.values.reduce((sum, value) => sum + value, 0))) throw new HeadstartError('self-check-failed');
  return map;
}

/** As `readLayerMap`, packed for drawing. */
export async function computeLayerMaps(pixels: Uint8Array, layerIndex: number, parts: LayerMapsParts): Promise<LayerMaps> {
  const { shape, values } = await readLayerMap(pixels, layerIndex, parts);
  return packMaps(layerIndex, shape, values);
}

/** The weights in force that can be looked at. Throws `weights-tensor-invalid`. */
export function readNetworkWeights(weights: BackboneWeights, kept: KeptHead | null): NetworkWeights {
  const [first] = convLayers;
  if (first === undefined) throw new RangeError('there is no convolution');
  const { kernel } = openConvWeights(weights)(first);
  const [length, count] = [9 * first.inChannels, first.outChannels];
  const filters = new Float32Array(kernel.length);
  // [3, 3, colour, filter] -> [filter, 3, 3, colour]
  for (let filter = 0; filter < count; filter += 1)
    for (let at = 0; at < length; at += 1) filters[filter * length + at] = kernel[at * count + filter] ?? 0;
  const [height, width] = featureMapShape;
  return {
    filters,
    isTuned: kept !== null && kept.tensors.length > 0,
    head:
      kept === null
        ? null
        : {
            classNames: kept.run.classNames,
            cells: meanCells(kept.weight, kept.run.classNames.length, height * width),
          },
  };
}
