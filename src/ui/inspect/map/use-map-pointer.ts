import { useEffect, useRef, type RefObject } from 'react';
import type { MapDrawing } from './map-drawing';
import { boxOutline, findPoint, pointsInside, type Spot } from './map-geometry';
import type { MapPoints } from './map-points';

/** What dragging does; with Shift held it always draws a box. */
export type MapTool = 'move' | 'box' | 'lasso';

/** Further than this a press is a drag, pixels. */
const slack = 4;
/** How near a press must come to a point, pixels. */
const reach = 18;
const wheelRate = 0.0016;
/** A lasso is followed in steps of so many pixels. */
const lassoStep = 3;

export interface MapPointerOptions {
  readonly canvasRef: RefObject<HTMLCanvasElement | null>;
  readonly drawingRef: RefObject<MapDrawing | null>;
  readonly points: MapPoints;
  readonly tool: MapTool;
  /** Null: beside every point. `adds`: Ctrl, ⌘ or Shift was held. */
  readonly onPress: (at: number | null, adds: boolean) => void;
  readonly onOpen: (at: number) => void;
  readonly onEnclose: (inside: readonly number[], adds: boolean) => void;
}

interface Drag {
  readonly from: Spot;
  readonly kind: MapTool;
  readonly adds: boolean;
  last: Spot;
  outline: Spot[];
  hasMoved: boolean;
}

const distance = (a: Spot, b: Spot) => Math.hypot(a.x - b.x, a.y - b.y);

/** Mouse, pen and fingers on the map: drag, wheel, pinch, press, press twice. */
export function useMapPointer(options: MapPointerOptions): void {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const { canvasRef, drawingRef } = options;
  useEffect(() => {
    const canvas = canvasRef.current;
    if (canvas === null) return undefined;
    const fingers = new Map<number, Spot>();
    let drag: Drag | null = null;
    const spotOf = (event: MouseEvent): Spot => {
      const bounds = canvas.getBoundingClientRect();
      return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
    };
    const pointAt = (spot: Spot): number | null => {
      const drawing = drawingRef.current;
      return drawing === null ? null : findPoint(latest.current.points, drawing.view, spot, reach);
    };
    const outlineOf = ({ kind, from, last, outline }: Drag): readonly Spot[] =>
      kind === 'box' ? boxOutline(from, last) : outline;

    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return;
      const spot = spotOf(event);
      fingers.set(event.pointerId, spot);
      canvas.setPointerCapture(event.pointerId);
      const adds = event.ctrlKey || event.metaKey || event.shiftKey;
      const kind = event.shiftKey && latest.current.tool === 'move' ? 'box' : latest.current.tool;
      drag = fingers.size > 1 ? null : { from: spot, kind, adds, last: spot, outline: [spot], hasMoved: false };
      if (drag === null) drawingRef.current?.outline(null);
    };
    const onMove = (event: PointerEvent) => {
      const drawing = drawingRef.current;
      const former = fingers.get(event.pointerId);
      if (drawing === null || former === undefined) return;
      const spot = spotOf(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, spot);
      if (other !== undefined) {
        const [before, now] = [distance(former, other), distance(spot, other)];
        if (before > 0 && now > 0) drawing.zoom(now / before, { x: (spot.x + other.x) / 2, y: (spot.y + other.y) / 2 });
        drawing.pan((spot.x - former.x) / 2, (spot.y - former.y) / 2);
        return;
      }
      if (drag === null) return;
      if (!drag.hasMoved && distance(drag.from, spot) < slack) return;
      drag.hasMoved = true;
      if (drag.kind === 'move') drawing.pan(spot.x - drag.last.x, spot.y - drag.last.y);
      const lastCorner = drag.outline.at(-1);
      if (lastCorner === undefined || distance(lastCorner, spot) >= lassoStep) drag.outline.push(spot);
      drag.last = spot;
      if (drag.kind !== 'move') drawing.outline(outlineOf(drag));
    };
    const onUp = (event: PointerEvent) => {
      const done = drag;
      const drawing = drawingRef.current;
      fingers.delete(event.pointerId);
      drag = null;
      if (done === null || drawing === null) return;
      drawing.outline(null);
      if (event.type === 'pointercancel') return;
      if (!done.hasMoved) latest.current.onPress(pointAt(done.from), done.adds);
      else if (done.kind !== 'move')
        latest.current.onEnclose(pointsInside(latest.current.points, drawing.view, outlineOf(done)), done.adds);
    };
    const onDouble = (event: MouseEvent) => {
      const at = pointAt(spotOf(event));
      if (at !== null) latest.current.onOpen(at);
    };
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      drawingRef.current?.zoom(Math.exp(-event.deltaY * wheelRate), spotOf(event));
    };
    canvas.addEventListener('pointerdown', onDown);
    canvas.addEventListener('pointermove', onMove);
    canvas.addEventListener('pointerup', onUp);
    canvas.addEventListener('pointercancel', onUp);
    canvas.addEventListener('dblclick', onDouble);
    canvas.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      canvas.removeEventListener('pointerdown', onDown);
      canvas.removeEventListener('pointermove', onMove);
      canvas.removeEventListener('pointerup', onUp);
      canvas.removeEventListener('pointercancel', onUp);
      canvas.removeEventListener('dblclick', onDouble);
      canvas.removeEventListener('wheel', onWheel);
    };
  }, [canvasRef, drawingRef]);
}
