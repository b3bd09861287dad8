import type { Fit } from '../domain/dataset';
import { inputSize, inputValues } from '../domain/vgg16';
import type { RowSource } from './resize';
import { resize } from './resize';

/** Shorter side after torchvision's Resize(256), which CenterCrop(224) follows. */
const cropResize = 256;

/** The network's mean colour (config.json's `input.mean`, 0 to 1) in 8 bits: what `pad` puts beside the picture. */
export const meanColour = [124, 117, 104] as const;

/** Python's `round`: halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** torchvision: Resize(256) on the shorter side (the longer is cut to whole pixels), CenterCrop(224). */
function crop(source: RowSource): Uint8Array<ArrayBuffer> {
  const { width, height } = source;
  const upright = width <= height;
  const newWidth = upright ? cropResize : Math.trunc((cropResize * width) / height);
  const newHeight = upright ? Math.trunc((cropResize * height) / width) : cropResize;
  const left = roundHalfEven((newWidth - inputSize) / 2);
  const top = roundHalfEven((newHeight - inputSize) / 2);
  return resize(source, newWidth, newHeight, { left, top, width: inputSize, height: inputSize });
}

/** The whole picture in the middle of the mean colour. */
function pad(source: RowSource): Uint8Array<ArrayBuffer> {
  const { width, height } = source;
  const wide = width >= height;
  const newWidth = wide ? inputSize : Math.max(1, roundHalfEven((inputSize * width) / height));
  const newHeight = wide ? Math.max(1, roundHalfEven((inputSize * height) / width)) : inputSize;
  const small = resize(source, newWidth, newHeight);
  const out = new Uint8Array(inputValues);
  for (let i = 0; i < inputValues; i += 3) out.set(meanColour, i);
  const left = Math.floor((inputSize - newWidth) / 2);
  const top = Math.floor((inputSize - newHeight) / 2);
  for (let y = 0; y < newHeight; y += 1) {
    out.set(small.subarray(y * newWidth * 3, (y + 1) * newWidth * 3), ((top + y) * inputSize + left) * 3);
  }
  return out;
}

/**
 * Makes a picture 224 x 224, as the network takes it.
 * @returns RGB, 8 bit, row-major, 150,528 values.
 */
export function fitPicture(source: RowSource, fit: Fit): Uint8Array<ArrayBuffer> {
  switch (fit) {
    case 'crop':
      return crop(source);
    case 'squash':
      return resize(source, inputSize, inputSize);
    case 'pad':
      return pad(source);
  }
}
