/** Square or not: RGB, 8 bit, row-major. */
export interface RgbPicture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Makes the canvas as large as the picture and draws it. */
export function drawPixels(canvas: HTMLCanvasElement, { pixels, width, height }: RgbPicture): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  canvas.width = width;
  canvas.height = height;
  const rgba = context.createImageData(width, height);
  for (let at = 0; at < width * height; at += 1) {
    rgba.data[at * 4] = pixels[at * 3] ?? 0;
    rgba.data[at * 4 + 1] = pixels[at * 3 + 1] ?? 0;
    rgba.data[at * 4 + 2] = pixels[at * 3 + 2] ?? 0;
    rgba.data[at * 4 + 3] = 255;
  }
  context.putImageData(rgba, 0, 0);
}
