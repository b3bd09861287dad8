/** Paints shapes into RGB pixels with antialiasing by coverage. No canvas element, no platform. */
import { clamp, cosine, sine } from './random';
import { grow, type Shape } from './shapes';

/** Red, green and blue, each 0..255. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** What a paint leaves for one pixel; `a` is how opaque it is, 0..1. */
export interface Ink {
  r: number;
  g: number;
  b: number;
  a: number;
}

/** Decides the ink at a place; `distance` is the signed distance to the painted shape's edge. */
export type Paint = (ink: Ink, x: number, y: number, distance: number) => void;

export const solid =
  (colour: Colour, opacity = 1): Paint =>
  (ink) => {
    ink.r = colour.r;
    ink.g = colour.g;
    ink.b = colour.b;
    ink.a = opacity;
  };

/** A colour between two: `a` at 0, `b` at 1. */
export const between = (a: Colour, b: Colour, t: number): Colour => ({
  r: a.r + (b.r - a.r) * t,
  g: a.g + (b.g - a.g) * t,
  b: a.b + (b.b - a.b) * t,
});

export const stain = (ink: Ink, colour: Colour, amount: number): void => {
  ink.r += (colour.r - ink.r) * amount;
  ink.g += (colour.g - ink.g) * amount;
  ink.b += (colour.b - ink.b) * amount;
};

/** A square picture being painted, [size, size, 3] floats. */
export class Sheet {
  readonly size: number;
  readonly #rgb: Float32Array;

  constructor(size: number) {
    this.size = size;
    this.#rgb = new Float32Array(size * size * 3);
  }

  lay(x: number, y: number, ink: Ink, coverage: number): void {
    const at = (y * this.size + x) * 3;
    const amount = coverage * ink.a;
    const rgb = this.#rgb;
    const r = rgb[at] ?? 0;
    const g = rgb[at + 1] ?? 0;
    const b = rgb[at + 2] ?? 0;
    rgb[at] = r + (ink.r - r) * amount;
    rgb[at + 1] = g + (ink.g - g) * amount;
    rgb[at + 2] = b + (ink.b - b) * amount;
  }

  /** The picture as opaque RGBA bytes. */
  toPixels(): Uint8ClampedArray<ArrayBuffer> {
    const pixels = new Uint8ClampedArray(this.size * this.size * 4);
    for (let i = 0; i < this.size * this.size; i += 1) {
      for (let c = 0; c < 3; c += 1) {
        pixels[i * 4 + c] = Math.floor(clamp(this.#rgb[i * 3 + c] ?? 0, 0, 255) + 0.5);
      }
      pixels[i * 4 + 3] = 255;
    }
    return pixels;
  }
}

/** Where a pen's own axes lie on the one it came from: moved, then turned (radians), scaled and mirrored left to right. */
interface Placing {
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  readonly turn?: number;
  readonly mirror?: boolean;
}

/** A sheet seen through a similarity: local (x, y) lands at pixel (ox + ax x + bx y, oy + ay x + by y). */
export class Pen {
  /** One pixel's width in local units. */
  readonly pixel: number;

  private constructor(
    private readonly sheet: Sheet,
    private readonly ox: number,
    private readonly oy: number,
    private readonly ax: number,
    private readonly ay: number,
    private readonly bx: number,
    private readonly by: number,
  ) {
    this.pixel = 1 / Math.sqrt(bx * bx + by * by);
  }

  /** A pen whose unit is the whole picture: (0, 0) top left, (1, 1) bottom right. */
  static on(sheet: Sheet): Pen {
    return new Pen(sheet, 0, 0, sheet.size, 0, 0, sheet.size);
  }

  placed({ x = 0, y = 0, scale = 1, turn = 0, mirror = false }: Placing): Pen {
    const c = cosine(turn) * scale;
    const s = sine(turn) * scale;
    const sign = mirror ? -1 : 1;
    return new Pen(
      this.sheet,
      this.ox + this.ax * x + this.bx * y,
      this.oy + this.ay * x + this.by * y,
      (this.ax * c + this.bx * s) * sign,
      (this.ay * c + this.by * s) * sign,
      this.bx * c - this.ax * s,
      this.by * c - this.ay * s,
    );
  }

  /** Paints the shape; `blur` (local units) softens its edge. */
  fill(shape: Shape, paint: Paint, blur = 0): void {
    const { left, top, right, bottom } = blur > 0 ? grow(shape, blur).box : shape.box;
    const xs = [left, right].flatMap((x) => [top, bottom].map((y) => this.ox + this.ax * x + this.bx * y));
    const ys = [left, right].flatMap((x) => [top, bottom].map((y) => this.oy + this.ay * x + this.by * y));
    const last = this.sheet.size - 1;
    const fromX = clamp(Math.floor(Math.min(...xs)) - 1, 0, last);
    const toX = clamp(Math.floor(Math.max(...xs)) + 1, 0, last);
    const fromY = clamp(Math.floor(Math.min(...ys)) - 1, 0, last);
    const toY = clamp(Math.floor(Math.max(...ys)) + 1, 0, last);
    const determinant = this.ax * this.by - this.ay * this.bx;
    const soft = Math.max(blur, this.pixel);
    const ink: Ink = { r: 0, g: 0, b: 0, a: 1 };
    for (let py = fromY; py <= toY; py += 1) {
      for (let px = fromX; px <= toX; px += 1) {
        const dx = px + 0.5 - this.ox;
        const dy = py + 0.5 - this.oy;
        const x = (dx * this.by - dy * this.bx) / determinant;
        const y = (dy * this.ax - dx * this.ay) / determinant;
        const distance = shape.distance(x, y);
        const coverage = clamp(0.5 - distance / soft);
        if (coverage === 0) continue;
        ink.a = 1;
        paint(ink, x, y, distance);
        this.sheet.lay(px, py, ink, coverage);
      }
    }
  }
}
