/** VGG-16's feature part as data: Simonyan and Zisserman (2014), layer names as torchvision's `features.N`. */

export type VggLayer =
  | { readonly kind: 'conv'; readonly index: number; readonly inChannels: number; readonly outChannels: number }
  | { readonly kind: 'relu'; readonly index: number; readonly channels: number }
  | { readonly kind: 'pool'; readonly index: number; readonly channels: number };

export type ConvLayer = Extract<VggLayer, { kind: 'conv' }>;

const plan: readonly (readonly number[])[] = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

function createLayers(): readonly VggLayer[] {
  const layers: VggLayer[] = [];
  let inChannels = 3;
  for (const block of plan) {
    for (const outChannels of block) {
      layers.push({ kind: 'conv', index: layers.length, inChannels, outChannels });
      layers.push({ kind: 'relu', index: layers.length, channels: outChannels });
      inChannels = outChannels;
    }
    layers.push({ kind: 'pool', index: layers.length, channels: inChannels });
  }
  return layers;
}

/** features.0 to features.30: thirteen 3x3 convolutions (padding 1), each with its ReLU, and five 2x2 max poolings. */
export const vggLayers = createLayers();

export const convLayers = vggLayers.filter((layer): layer is ConvLayer => layer.kind === 'conv');

/** Convolutions per block, first to last. */
export const convsPerBlock: readonly number[] = plan.map((block) => block.length);

/** Side of the input picture, pixels. */
export const inputSize = 224;

/** Shape of the last feature map, `[h, w, c]`. */
export const featureMapShape = [7, 7, 512] as const;

/** Length of the flattened features in CHW order, the head's input: 512 * 7 * 7. */
export const featureCount = 25_088;

/** Values in one fitted RGB picture: 224 * 224 * 3. */
export const inputValues = inputSize * inputSize * 3;

/** Kernel (OIHW) and bias elements of the feature part. */
export const backboneParameterCount = convLayers.reduce(
  (sum, { inChannels, outChannels }) => sum + outChannels * inChannels * 9 + outChannels,
  0,
);
