import { convLayers, convsPerBlock, featureCount, inputSize, vggLayers } from '../vgg16';

/** One stop on a walk through the network. */
export interface NetworkLayer {
  readonly id: string;
  readonly kind: 'input' | 'conv' | 'pool' | 'head';
  readonly name: string;
  /** 1 to 5; null outside the convolutional part. */
  readonly block: number | null;
  /** What comes out for one picture: `[h, w, c]`, or `[classes]` of the head. */
  readonly shape: readonly number[];
  /** Whose activations are shown, `features.N`; null where there is no map. */
  readonly layerIndex: number | null;
  readonly parameters: number;
  /** Whether the settings in force train them; false where there are none. */
  readonly isTrained: boolean;
  /** For one picture. A bias counts as one multiply-add a value, as torchinfo counts it. */
  readonly multiplyAdds: number;
  /** Of the whole network's multiply-adds, 0 to 1. */
  readonly costShare: number;
  /** Side of the square of the picture that one value sees, pixels. */
  readonly field: number | null;
}

type Bare = Omit<NetworkLayer, 'costShare'>;

/** VGG-16 with its head as the person's settings have it, from picture to logits; a convolution with its ReLU is one stop. */
export function networkLayers(classes: number, unfrozenConvs: number): NetworkLayer[] {
  const layers: Bare[] = [
    {
      id: 'input',
      kind: 'input',
      name: 'Picture',
      block: null,
      shape: [inputSize, inputSize, 3],
      layerIndex: null,
      parameters: 0,
      isTrained: false,
      multiplyAdds: 0,
      field: 1,
    },
  ];
  const firstTrained = convLayers.length - unfrozenConvs;
  let [side, conv, block, withinBlock, field, step] = [inputSize, 0, 1, 0, 1, 1];
  for (const layer of vggLayers) {
    if (layer.kind === 'relu') continue;
    if (layer.kind === 'pool') {
      side /= 2;
      field += step;
      step *= 2;
      layers.push({
        id: `pool${String(block)}`,
        kind: 'pool',
        name: `Pooling ${String(block)}`,
        block,
        shape: [side, side, layer.channels],
        layerIndex: layer.index,
        parameters: 0,
        isTrained: false,
        multiplyAdds: 0,
        field,
      });
      block += 1;
      withinBlock = 0;
      continue;
    }
    const parameters = layer.outChannels * layer.inChannels * 9 + layer.outChannels;
    withinBlock += 1;
    field += 2 * step;
    layers.push({
      id: `conv${String(block)}-${String(withinBlock)}`,
      kind: 'conv',
      name: `Convolution ${String(block)}.${String(withinBlock)}`,
      block,
      shape: [side, side, layer.outChannels],
      // What is shown comes out of its ReLU.
      layerIndex: layer.index + 1,
      parameters,
      isTrained: conv >= firstTrained,
      multiplyAdds: parameters * side * side,
      field,
    });
    conv += 1;
  }
  const headParameters = (featureCount + 1) * classes;
  layers.push({
    id: 'head',
    kind: 'head',
    name: 'Head (Linear)',
    block: null,
    shape: [classes],
    layerIndex: null,
    parameters: headParameters,
    isTrained: true,
    multiplyAdds: headParameters,
    field: null,
  });
  const whole = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  return layers.map((layer) => ({ ...layer, costShare: layer.multiplyAdds / whole }));
}

/** How many convolutions a block has, by its number from 1. */
export function convsOfBlock(block: number): number {
  return convsPerBlock[block - 1] ?? 0;
}
