import { mapOf, type LayerMaps } from '../../domain/look/layer-maps';

/** Brightness by the square root: most activations are small, and would all be black. */
const brightness = Uint8ClampedArray.from({ length: 256 }, (_, value) => Math.round(255 * Math.sqrt(value / 255)));

/** Draws one channel: black for nothing, white for the largest activation of the layer. */
export function drawMap(canvas: HTMLCanvasElement, maps: LayerMaps, channel: number): void {
  paint(canvas, maps, channel, (value) => {
    const grey = brightness[value] ?? 0;
    return [grey, grey, grey, 255];
  });
}

/** Draws one channel to lie over the picture: clear where there is nothing, red where it is excited most. */
export function drawOverlay(canvas: HTMLCanvasElement, maps: LayerMaps, channel: number): void {
  const peak = maps.peaks[channel] ?? 0;
  // By the channel's own largest, or a weak one would not be seen.
  const factor = peak > 0 ? maps.largest / peak : 0;
  paint(canvas, maps, channel, (value) => [209, 36, 47, Math.min(255, value * factor) * 0.8]);
}

function paint(
  canvas: HTMLCanvasElement,
  maps: LayerMaps,
  channel: number,
  colourOf: (value: number) => readonly [number, number, number, number],
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { width, height } = maps;
  canvas.width = width;
  canvas.height = height;
  const image = context.createImageData(width, height);
  mapOf(maps, channel).forEach((value, place) => {
    image.data.set(colourOf(value), place * 4);
  });
  context.putImageData(image, 0, 0);
}

/** Space between two filters, in filter pixels, and how many stand in a row. */
const gap = 1;
export const filtersInRow = 8;

/** Draws 3 x 3 x 3 filters as pictures, each by its own largest weight: grey is none, brighter is for a colour, darker against it. */
export function drawFilters(canvas: HTMLCanvasElement, filters: Float32Array): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const count = filters.length / 27;
  const rows = Math.ceil(count / filtersInRow);
  canvas.width = filtersInRow * (3 + gap) - gap;
  canvas.height = rows * (3 + gap) - gap;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let filter = 0; filter < count; filter += 1) {
    const own = filters.subarray(filter * 27, (filter + 1) * 27);
    const most = own.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
    const [left, top] = [(filter % filtersInRow) * (3 + gap), Math.floor(filter / filtersInRow) * (3 + gap)];
    for (let place = 0; place < 9; place += 1) {
      const at = ((top + Math.floor(place / 3)) * canvas.width + left + (place % 3)) * 4;
      for (let colour = 0; colour < 3; colour += 1)
        image.data[at + colour] = 128 + (most === 0 ? 0 : (127 * (own[place * 3 + colour] ?? 0)) / most);
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}
