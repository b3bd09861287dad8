import { deriveRng, type Rng } from './rng';
import type { Augmentation } from './run-config';

/** What covers an erased rectangle: ImageNet's mean colour, which the network sees as zero. */
const cover = [124, 116, 104] as const;
/** Share of the picture that an erased rectangle takes, and its width over its height. */
const erasedArea = [0.02, 0.2] as const;
const erasedShape = [0.3, 3.3] as const;
/** Rec. 601, as Pillow's greyscale. */
const luma = [0.299, 0.587, 0.114] as const;

/** What chance decided for one picture; lengths and places as shares of its side. */
interface Draw {
  readonly mirrored: boolean;
  /** Side of what is kept, and its centre. */
  readonly side: number;
  readonly centre: readonly [number, number];
  /** Radians. */
  readonly angle: number;
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly erased: { readonly left: number; readonly top: number; readonly width: number; readonly height: number } | null;
}

/** Always draws everything, so that switching one part on or off leaves the others as they are. */
function draw({ flip, crop, colour, rotation, erase }: Augmentation, rng: Rng): Draw {
  const mirrored = rng.uniform() < 0.5 && flip;
  const side = 1 - crop * rng.uniform();
  const place = () => side / 2 + (1 - side) * rng.uniform();
  const centre = [place(), place()] as const;
  const angle = ((2 * rng.uniform() - 1) * rotation * Math.PI) / 180;
  const factor = () => 1 + (2 * rng.uniform() - 1) * colour;
  const [brightness, contrast, saturation] = [factor(), factor(), factor()];
  const isErased = rng.uniform() < erase;
  const area = erasedArea[0] + (erasedArea[1] - erasedArea[0]) * rng.uniform();
  const shape = Math.exp(Math.log(erasedShape[0]) + Math.log(erasedShape[1] / erasedShape[0]) * rng.uniform());
  const width = Math.min(1, Math.sqrt(area * shape));
  const height = Math.min(1, Math.sqrt(area / shape));
  const [left, top] = [(1 - width) * rng.uniform(), (1 - height) * rng.uniform()];
  return {
    mirrored,
    side,
    centre,
    angle,
    brightness,
    contrast,
    saturation,
    erased: isErased ? { left, top, width, height } : null,
  };
}

/** Mirrors, crops and turns in one bilinear pass; beyond its edge the picture goes on as its edge. */
function warp(pixels: Uint8Array, size: number, { mirrored, side, centre, angle }: Draw): Uint8Array {
  if (!mirrored && side === 1 && angle === 0) return pixels.slice();
  const out = new Uint8Array(pixels.length);
  const half = (size - 1) / 2;
  const [cos, sin] = [Math.cos(angle) * side, Math.sin(angle) * side];
  const [centreX, centreY] = [centre[0] * size - 0.5, centre[1] * size - 0.5];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const across = mirrored ? half - x : x - half;
      const down = y - half;
      const fromX = Math.min(size - 1, Math.max(0, centreX + across * cos - down * sin));
      const fromY = Math.min(size - 1, Math.max(0, centreY + across * sin + down * cos));
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [shareX, shareY] = [fromX - left, fromY - top];
      const right = left + 1 < size ? 3 : 0;
      const below = top + 1 < size ? size * 3 : 0;
      const from = (top * size + left) * 3;
      const to = (y * size + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const at = from + channel;
        const upper = (pixels[at] ?? 0) * (1 - shareX) + (pixels[at + right] ?? 0) * shareX;
        const lower = (pixels[at + below] ?? 0) * (1 - shareX) + (pixels[at + below + right] ?? 0) * shareX;
        out[to + channel] = Math.round(upper * (1 - shareY) + lower * shareY);
      }
    }
  }
  return out;
}

function greyOf(pixels: Uint8Array, at: number): number {
  return luma[0] * (pixels[at] ?? 0) + luma[1] * (pixels[at + 1] ?? 0) + luma[2] * (pixels[at + 2] ?? 0);
}

/** Brightness, then contrast about the mean grey, then saturation about each pixel's grey, as torchvision's functions of these names. */
function recolour(pixels: Uint8Array, { brightness, contrast, saturation }: Draw): void {
  if (brightness === 1 && contrast === 1 && saturation === 1) return;
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 3) sum += greyOf(pixels, at);
  const mean = (sum / (pixels.length / 3)) * brightness;
  for (let at = 0; at < pixels.length; at += 3) {
    const grey = mean + contrast * (greyOf(pixels, at) * brightness - mean);
    for (let channel = 0; channel < 3; channel++) {
      const value = mean + contrast * ((pixels[at + channel] ?? 0) * brightness - mean);
      pixels[at + channel] = Math.min(255, Math.max(0, Math.round(grey + saturation * (value - grey))));
    }
  }
}

function erase(pixels: Uint8Array, size: number, { erased }: Draw): void {
  if (erased === null) return;
  const [left, top] = [Math.round(erased.left * size), Math.round(erased.top * size)];
  const [right, bottom] = [left + Math.round(erased.width * size), top + Math.round(erased.height * size)];
  for (let y = top; y < Math.min(size, bottom); y++)
    for (let x = left; x < Math.min(size, right); x++) pixels.set(cover, (y * size + x) * 3);
}

/** A training picture as chance changes it: square RGB pixels, row-major, 8 bit. The argument is left alone; the same stream gives the same. */
export function augmentPicture(pixels: Uint8Array, augmentation: Augmentation, rng: Rng): Uint8Array {
  const size = Math.sqrt(pixels.length / 3);
  if (!Number.isInteger(size)) throw new RangeError(`${String(pixels.length)} values are no square RGB picture`);
  const drawn = draw(augmentation, rng);
  const out = warp(pixels, size, drawn);
  recolour(out, drawn);
  erase(out, size, drawn);
  return out;
}

/** Which chance a training picture meets: every picture of every epoch (0-based) has a stream of its own. */
export interface Showing {
  readonly seed: number;
  readonly epoch: number;
  readonly sampleId: string;
}

/** A training picture as a run with this seed shows it in this epoch. The run and the preview on the page both come here. */
export function augmentForEpoch(pixels: Uint8Array, augmentation: Augmentation, { seed, epoch, sampleId }: Showing): Uint8Array {
  return augmentPicture(pixels, augmentation, deriveRng(seed, `change of ${sampleId} in epoch ${String(epoch)}`));
}
