import { inputSize, vggLayers } from '../../domain/vgg16';

/** One 3 x 3 convolution (padding 1) with ReLU, and 2 x 2 max pooling where one follows. */
export interface ConvStep {
  /** torchvision's `features.N` of the convolution. */
  readonly index: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Height and width of the input, pixels. */
  readonly size: number;
  readonly pool: boolean;
}

/** Side of one Winograd tile of results: F(4 x 4, 3 x 3) of Lavin and Gray (2015). */
export const tileSide = 4;

/** Places of a transformed tile, 6 x 6: one matrix product each. */
export const places = 36;

function createSteps(): readonly ConvStep[] {
  const steps: ConvStep[] = [];
  let size = inputSize;
  vggLayers.forEach((layer, at) => {
    if (layer.kind === 'conv') {
      const pool = vggLayers[at + 2]?.kind === 'pool';
      steps.push({ index: layer.index, inChannels: layer.inChannels, outChannels: layer.outChannels, size, pool });
      if (pool) size /= 2;
    }
  });
  return steps;
}

/** VGG-16's thirteen convolutions, in order. */
export const convSteps = createSteps();

/** Tiles of one picture in a step. */
export function tilesOf({ size }: ConvStep): number {
  return Math.ceil(size / tileSide) ** 2;
}

/** Height and width of what a step gives. */
export function outSizeOf({ size, pool }: ConvStep): number {
  return pool ? Math.floor(size / 2) : size;
}

/** Bytes of a step's transformed filters. */
export function filterBytes({ inChannels, outChannels }: ConvStep): number {
  return places * inChannels * outChannels * 4;
}

/** Bytes of a step's result, all channels of one picture. */
export function outBytes(step: ConvStep): number {
  return outSizeOf(step) ** 2 * step.outChannels * 4;
}
