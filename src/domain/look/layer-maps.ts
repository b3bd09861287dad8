/** What a picture excites in one layer of the network, made small enough to be drawn. */
export interface LayerMaps {
  /** torchvision's index: `features.N`, of a ReLU or a pooling. */
  readonly layerIndex: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[c, h, w]`, row-major: 0 stands for 0 and 255 for `largest`, one scale for the whole layer. */
  readonly values: Uint8Array;
  /** The largest activation of the layer. */
  readonly largest: number;
  /** Of each channel's map: the mean, and the largest value. */
  readonly means: Float32Array;
  readonly peaks: Float32Array;
}

/** The same with the picture as the network saw it: 224 x 224 RGB, 8 bit, row-major. */
export interface ShownMaps extends LayerMaps {
  readonly pixels: Uint8Array;
}

/** The weights that can be looked at. */
export interface NetworkWeights {
  /** The first convolution's 64 filters as pictures: `[64, 3, 3, 3]`, filter, row, column, colour. */
  readonly filters: Float32Array;
  /** Whether the convolutions are those of a fine-tuned head. */
  readonly isTuned: boolean;
  /** Null before anything is trained. */
  readonly head: HeadMaps | null;
}

export interface HeadMaps {
  readonly classNames: readonly string[];
  /** `[classes, 49]`: the mean weight of the 512 channels in each of the 7 x 7 cells, row by row from the top left. */
  readonly cells: Float32Array;
}

/** Packs what comes out of a ReLU or a pooling, `[h, w, c]` row-major. What is no number is taken as 0. */
export function packMaps(
  layerIndex: number,
  [height, width, channels]: readonly [number, number, number],
  hwc: Float32Array,
): LayerMaps {
  const places = height * width;
  const means = new Float32Array(channels);
  const peaks = new Float32Array(channels);
  let largest = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    let [sum, peak] = [0, 0];
    for (let place = 0; place < places; place += 1) {
      const value = hwc[place * channels + channel] ?? 0;
      if (!(value > 0)) continue;
      sum += value;
      if (value > peak) peak = value;
    }
    means[channel] = sum / places;
    peaks[channel] = peak;
    if (peak > largest) largest = peak;
  }
  const values = new Uint8Array(places * channels);
  const factor = largest > 0 ? 255 / largest : 0;
  for (let channel = 0; channel < channels; channel += 1) {
    const start = channel * places;
    for (let place = 0; place < places; place += 1) {
      const value = hwc[place * channels + channel] ?? 0;
      if (value > 0) values[start + place] = Math.round(value * factor);
    }
  }
  return { layerIndex, height, width, channels, values, largest, means, peaks };
}

/** The channels with the most active first; those equally active by number. */
export function orderChannels(means: ArrayLike<number>): number[] {
  return Array.from(means, (_, channel) => channel).sort((a, b) => (means[b] ?? 0) - (means[a] ?? 0) || a - b);
}

/** One channel's map, a byte a place: a view. */
export function mapOf({ values, height, width }: LayerMaps, channel: number): Uint8Array {
  return values.subarray(channel * height * width, (channel + 1) * height * width);
}

/** The mean weight of each cell: `weight` is `[classes, channels * cells]` in PyTorch's order, the result `[classes, cells]`. */
export function meanCells(weight: Float32Array, classes: number, cells: number): Float32Array {
  const length = weight.length / classes;
  const channels = length / cells;
  const means = new Float32Array(classes * cells);
  for (let at = 0; at < classes; at += 1) {
    for (let cell = 0; cell < cells; cell += 1) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) sum += weight[at * length + channel * cells + cell] ?? 0;
      means[at * cells + cell] = sum / channels;
    }
  }
  return means;
}
