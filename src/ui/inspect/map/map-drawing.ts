import { createRng } from '../../../domain/rng';
import { watchTheme } from '../../charts/chart-theme';
import { fitView, mostZoom, showPoint, zoomAt, type MapView, type Spot } from './map-geometry';
import type { MapPoints } from './map-points';
import { MarkSet, readMapTheme, type MapTheme } from './map-theme';
import { ThumbnailBitmaps } from './thumbnail-bitmaps';

/** With no more in view than these, pictures are drawn and not marks. */
const mostPictures = 260;
/** Side of a picture on the map, pixels. */
const pictureSizes = { least: 26, most: 64 } as const;

export interface MapDrawingParts {
  readonly canvas: HTMLCanvasElement;
  readonly blobOf: (sampleId: string) => Blob | undefined;
  readonly requestFrame: (draw: () => void) => void;
}

/** A drawing that takes longer, milliseconds, is moved as a picture, and made anew once it rests. */
const slowDrawing = 10;
const restMs = 110;

/** Side of a mark by how many are in view, pixels. */
function sizeOfMarks(count: number): number {
  return count > 6000 ? 7 : count > 1200 ? 9 : 11;
}

/** A drawing without the cursor, and what it is of. */
interface Still {
  readonly image: OffscreenCanvas;
  readonly view: MapView;
  readonly points: MapPoints;
  readonly marking: MapMarking;
  /** Of its marks, pixels. */
  readonly size: number;
}

/** What is drawn beside the points themselves. */
export interface MapMarking {
  readonly selected: ReadonlySet<string>;
  /** Point with the cursor. */
  readonly current: number | null;
  /** Only this class stands out. */
  readonly shownPalette: number | null;
}

/**
 * The map on its canvas, outside React: moving it renders no component. Everything asked of it within a frame is drawn once.
 */
export class MapDrawing {
  readonly #parts: MapDrawingParts;
  readonly #bitmaps: ThumbnailBitmaps;
  readonly #stopWatching: () => void;
  #theme: MapTheme;
  #marks: MarkSet;
  #density = 1;
  #width = 1;
  #height = 1;
  #points: MapPoints | null = null;
  /** In which they are drawn: at random, or the last class would lie over all others. */
  #order: readonly number[] = [];
  /** What the points are of. */
  #layout: object | null = null;
  #view: MapView = { scale: 1, left: 0, top: 0 };
  #wholeScale = 1;
  #marking: MapMarking = { selected: new Set(), current: null, shownPalette: null };
  #outline: readonly Spot[] | null = null;
  /** The last slow drawing and where it stood. */
  #still: Still | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #isMoving = false;
  #isAsked = false;
  #isDisposed = false;

  constructor(parts: MapDrawingParts) {
    this.#parts = parts;
    this.#theme = readMapTheme(parts.canvas);
    this.#marks = new MarkSet(this.#theme, this.#density);
    this.#bitmaps = new ThumbnailBitmaps(parts.blobOf, () => {
      this.#ask();
    });
    this.#stopWatching = watchTheme(() => {
      this.#still = null;
      this.#theme = readMapTheme(parts.canvas);
      this.#marks = new MarkSet(this.#theme, this.#density);
      this.#ask();
    });
  }

  get view(): MapView {
    return this.#view;
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#rest);
    this.#stopWatching();
    this.#bitmaps.dispose();
  }

  /** Points of another layout are shown whole; the same ones with other labels stay as they are looked at. */
  show(points: MapPoints, layout: object): void {
    const isAnother = layout !== this.#layout;
    if (points.xs.length !== this.#order.length) this.#order = createRng(0).shuffle(points.samples.map((_, at) => at));
    this.#points = points;
    this.#layout = layout;
    if (isAnother) this.fit();
    this.#ask();
  }

  mark(marking: MapMarking): void {
    this.#marking = marking;
    this.#ask();
  }

  /** What is being drawn around; null when nothing is. */
  outline(outline: readonly Spot[] | null): void {
    this.#outline = outline;
    this.#ask();
  }

  /** The canvas has another size, pixels of the page. */
  resize(width: number, height: number, density: number): void {
    const { canvas } = this.#parts;
    const isFirst = this.#width === 1;
    if (density !== this.#density) this.#marks = new MarkSet(this.#theme, density);
    [this.#width, this.#height, this.#density] = [Math.max(2, width), Math.max(2, height), density];
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    if (isFirst) this.fit();
    this.#ask();
  }

  fit(): void {
    if (this.#points === null) return;
    this.#view = fitView(this.#points, this.#width, this.#height);
    this.#wholeScale = this.#view.scale;
    this.#ask();
  }

  pan(right: number, down: number): void {
    this.#view = { ...this.#view, left: this.#view.left + right, top: this.#view.top + down };
    this.#move();
  }

  /** About a spot; about the cursor's picture, else the middle, where none is given. */
  zoom(factor: number, spot: Spot = this.#centre()): void {
    const { scale } = this.#view;
    const wanted = Math.min(this.#wholeScale * mostZoom, Math.max(this.#wholeScale / 4, scale * factor));
    this.#view = zoomAt(this.#view, wanted / scale, spot);
    this.#move();
  }

  /** Moves no further than the point needs to be seen. */
  reveal(at: number): void {
    if (this.#points === null) return;
    this.#view = showPoint(this.#view, this.#points, at, this.#width, this.#height);
    this.#ask();
  }

  #move(): void {
    this.#isMoving = true;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#isMoving = false;
      this.#ask();
    }, restMs);
    this.#ask();
  }

  #centre(): Spot {
    const { current } = this.#marking;
    if (current !== null && this.#points !== null) return this.#spotOf(this.#points, current);
    return { x: this.#width / 2, y: this.#height / 2 };
  }

  #ask(): void {
    if (this.#isAsked || this.#isDisposed) return;
    this.#isAsked = true;
    this.#parts.requestFrame(() => {
      this.#isAsked = false;
      if (!this.#isDisposed) this.#draw();
    });
  }

  #draw(): void {
    const context = this.#parts.canvas.getContext('2d');
    const points = this.#points;
    if (context === null) return;
    context.setTransform(this.#density, 0, 0, this.#density, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    if (points === null) return;
    const still = this.#still;
    if (still !== null && (this.#isMoving || this.#isOfNow(still))) this.#drawStill(context, still);
    else this.#drawPoints(context, points);
    const { current } = this.#marking;
    if (current !== null && this.#still !== null) this.#drawMarks(context, points, [current], this.#still.size);
    if (this.#outline !== null) this.#drawOutline(context, this.#outline);
  }

  #drawPoints(context: CanvasRenderingContext2D, points: MapPoints): void {
    const { canvas } = this.#parts;
    const started = performance.now();
    const seen = this.#findSeen(points);
    const { current } = this.#marking;
    if (seen.length > mostPictures) this.#drawMarks(context, points, seen);
    else this.#drawPictures(context, points, current === null ? seen : [...seen, current]);
    // Pictures arrive one after another, and few are drawn in no time.
    if (seen.length <= mostPictures || performance.now() - started < slowDrawing) {
      this.#still = null;
      if (current !== null && seen.length > mostPictures) this.#drawMarks(context, points, [current], sizeOfMarks(seen.length));
      return;
    }
    const image = this.#still?.image ?? new OffscreenCanvas(1, 1);
    [image.width, image.height] = [canvas.width, canvas.height];
    image.getContext('2d')?.drawImage(canvas, 0, 0);
    this.#still = { image, view: this.#view, points, marking: this.#marking, size: sizeOfMarks(seen.length) };
  }

  /** Whether nothing but the cursor has changed since. */
  #isOfNow({ image, view, points, marking }: Still): boolean {
    const { selected, shownPalette } = this.#marking;
    const isSameSize = image.width === this.#parts.canvas.width && image.height === this.#parts.canvas.height;
    const isSameMarking = marking.selected === selected && marking.shownPalette === shownPalette;
    return isSameSize && view === this.#view && points === this.#points && isSameMarking;
  }

  #drawStill(
    context: CanvasRenderingContext2D,
    { image, view }: { readonly image: OffscreenCanvas; readonly view: MapView },
  ): void {
    const { scale, left, top } = this.#view;
    const ratio = scale / view.scale;
    const [x, y] = [left - view.left * ratio, top - view.top * ratio];
    context.drawImage(image, x, y, this.#width * ratio, this.#height * ratio);
  }

  #spotOf({ xs, ys }: MapPoints, at: number): Spot {
    const { scale, left, top } = this.#view;
    return { x: left + (xs[at] ?? 0) * scale, y: top - (ys[at] ?? 0) * scale };
  }

  /** Without the cursor's point, which is drawn over all; before it what stands out. */
  #findSeen(points: MapPoints): number[] {
    const seen: number[] = [];
    const last: number[] = [];
    const { current, selected } = this.#marking;
    const edge = pictureSizes.most / 2;
    const { scale, left, top } = this.#view;
    for (const at of this.#order) {
      const x = left + (points.xs[at] ?? 0) * scale;
      const y = top - (points.ys[at] ?? 0) * scale;
      if (x < -edge || y < -edge || x > this.#width + edge || y > this.#height + edge) continue;
      if (at === current) continue;
      const isChosen = selected.size > 0 && selected.has(points.samples[at]?.id ?? '');
      (isChosen || points.wrong[at] === 1 ? last : seen).push(at);
    }
    // Not spread: there may be more than a call takes.
    for (const at of last) seen.push(at);
    return seen;
  }

  #isFaint(points: MapPoints, at: number): boolean {
    const { shownPalette } = this.#marking;
    return shownPalette !== null && points.palette[at] !== shownPalette;
  }

  #drawMarks(
    context: CanvasRenderingContext2D,
    points: MapPoints,
    seen: readonly number[],
    size = sizeOfMarks(seen.length),
  ): void {
    const { scale, left, top } = this.#view;
    const { xs, ys, palette, wrong } = points;
    const whole = (value: number) => Math.round(value * this.#density) / this.#density;
    // On whole pixels a mark is copied and not filtered, which is much of the time.
    context.imageSmoothingEnabled = false;
    for (const at of seen) {
      const mark = this.#marks.of(palette[at] ?? 0, size, wrong[at] === 1);
      context.globalAlpha = this.#isFaint(points, at) ? 0.12 : 1;
      const x = whole(left + (xs[at] ?? 0) * scale - mark.side / 2);
      const y = whole(top - (ys[at] ?? 0) * scale - mark.side / 2);
      context.drawImage(mark.image, x, y, mark.side, mark.side);
      this.#drawChosen(context, points, at, size / 2 + 3);
    }
    context.imageSmoothingEnabled = true;
    context.globalAlpha = 1;
  }

  #drawPictures(context: CanvasRenderingContext2D, points: MapPoints, seen: readonly number[]): void {
    const room = Math.sqrt((this.#width * this.#height) / Math.max(1, seen.length));
    const size = Math.round(Math.min(pictureSizes.most, Math.max(pictureSizes.least, room * 0.55)));
    const half = size / 2;
    for (const at of seen) {
      const { x, y } = this.#spotOf(points, at);
      const palette = points.palette[at] ?? 0;
      const isWrong = points.wrong[at] === 1;
      const bitmap = this.#bitmaps.get(points.samples[at]?.id ?? '');
      context.globalAlpha = this.#isFaint(points, at) ? 0.15 : 1;
      context.fillStyle = this.#theme.colourOf(palette);
      context.fillRect(x - half - 2, y - half - 2, size + 4, size + 4);
      if (bitmap !== null) context.drawImage(bitmap, x - half, y - half, size, size);
      if (isWrong) {
        context.strokeStyle = this.#theme.bad;
        context.lineWidth = 3;
        context.strokeRect(x - half - 4, y - half - 4, size + 8, size + 8);
      }
      context.fillStyle = this.#theme.panel;
      context.beginPath();
      context.arc(x + half - 3, y + half - 3, 9, 0, 2 * Math.PI);
      context.fill();
      const mark = this.#marks.of(palette, 11, false);
      context.drawImage(mark.image, x + half - 3 - mark.side / 2, y + half - 3 - mark.side / 2, mark.side, mark.side);
      this.#drawChosen(context, points, at, half * Math.SQRT2 + 3);
    }
    context.globalAlpha = 1;
  }

  #drawChosen(context: CanvasRenderingContext2D, points: MapPoints, at: number, radius: number): void {
    const isCurrent = at === this.#marking.current;
    if (!isCurrent && (this.#marking.selected.size === 0 || !this.#marking.selected.has(points.samples[at]?.id ?? ''))) return;
    const { x, y } = this.#spotOf(points, at);
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(x, y, isCurrent ? radius + 3 : radius, 0, 2 * Math.PI);
    context.strokeStyle = isCurrent ? this.#theme.ink : this.#theme.accent;
    context.setLineDash(isCurrent ? [4, 3] : []);
    context.lineWidth = 2.5;
    context.stroke();
    context.setLineDash([]);
    if (!isCurrent || !this.#marking.selected.has(points.samples[at]?.id ?? '')) return;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = this.#theme.accent;
    context.stroke();
  }

  #drawOutline(context: CanvasRenderingContext2D, outline: readonly Spot[]): void {
    context.beginPath();
    outline.forEach(({ x, y }, at) => {
      if (at === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = this.#theme.accent;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = this.#theme.accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
}
