import { PNG } from 'pngjs';

/** RGBA pixels, row by row, as a PNG file without the alpha channel. */
export function encodePng({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray }): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(data);
  return PNG.sync.write(png, { colorType: 2, deflateLevel: 1 });
}
