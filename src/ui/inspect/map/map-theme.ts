import { classShape } from '../../primitives/class-shape';
import { classColourToken } from '../../palette';
import { unlabelled } from './map-points';

/** The page's colours, resolved for a canvas. */
export interface MapTheme {
  readonly panel: string;
  readonly accent: string;
  readonly bad: string;
  readonly ink: string;
  readonly faint: string;
  colourOf(palette: number): string;
}

export function readMapTheme(element: Element): MapTheme {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const faint = token('--ink-3');
  return {
    panel: token('--panel'),
    accent: token('--accent'),
    bad: token('--bad'),
    ink: token('--ink'),
    faint,
    colourOf: (palette) => (palette === unlabelled ? faint : token(classColourToken(palette))),
  };
}

/** Around a mark, for its edge or for the ring of an error. */
const rooms = { edge: 1, ring: 4 } as const;
/** A mark is drawn in a box of so many units. */
const box = 12;
/** An open ring: no class has it. */
const unlabelledShape = 'M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10zM6 3.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6z';

export interface Mark {
  readonly image: OffscreenCanvas;
  /** Pixels of the page, rings included. */
  readonly side: number;
}

/** The marks of classes as small pictures, drawn once: stamping them is fast enough for tens of thousands. */
export class MarkSet {
  readonly #made = new Map<number, Mark>();

  constructor(
    private readonly theme: MapTheme,
    /** Device pixels a pixel. */
    private readonly density: number,
  ) {}

  of(palette: number, size: number, isWrong: boolean): Mark {
    const key = (size * 2 + (isWrong ? 1 : 0)) * 100_000 + palette;
    const former = this.#made.get(key);
    if (former !== undefined) return former;
    const made = this.#draw(palette, size, isWrong);
    this.#made.set(key, made);
    return made;
  }

  #draw(palette: number, size: number, isWrong: boolean): Mark {
    const room = isWrong ? rooms.ring : rooms.edge;
    const side = size + 2 * room;
    const image = new OffscreenCanvas(Math.ceil(side * this.density), Math.ceil(side * this.density));
    const context = image.getContext('2d');
    if (context === null) return { image, side };
    context.scale(this.density, this.density);
    if (isWrong) {
      context.strokeStyle = this.theme.bad;
      context.lineWidth = size < 8 ? 1.5 : 2;
      context.beginPath();
      context.arc(side / 2, side / 2, size / 2 + 2.5, 0, 2 * Math.PI);
      context.stroke();
    }
    context.translate(room, room);
    context.scale(size / box, size / box);
    const path = new Path2D(palette === unlabelled ? unlabelledShape : classShape(palette));
    context.strokeStyle = this.theme.panel;
    context.lineWidth = 1.5;
    context.stroke(path);
    context.fillStyle = this.theme.colourOf(palette);
    context.fill(path);
    return { image, side };
  }
}
