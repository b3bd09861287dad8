import { useEffect, useRef, type KeyboardEvent } from 'react';
import { VisuallyHidden } from 'react-aria-components';
import { usePageStore } from '../../store-context';
import { MapDrawing, type MapMarking } from './map-drawing';
import { nextInDirection, type Direction } from './map-geometry';
import type { MapPoints } from './map-points';
import styles from './map.module.css';
import { useMapPointer, type MapTool } from './use-map-pointer';

export interface MapCanvasProps {
  readonly points: MapPoints;
  /** Another one: the map is shown whole again. */
  readonly layout: object;
  readonly marking: MapMarking;
  readonly tool: MapTool;
  /** Read out as the cursor moves. */
  readonly words: string;
  readonly drawingRef: { current: MapDrawing | null };
  readonly onWalk: (at: number) => void;
  readonly onPress: (at: number | null, adds: boolean) => void;
  readonly onOpen: (at: number) => void;
  readonly onEnclose: (inside: readonly number[], adds: boolean) => void;
  /** Whether the key meant something. */
  readonly onKey: (event: KeyboardEvent) => boolean;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};
const zoomStep = 1.4;

/** The map, by pointer and by keys: arrows walk from picture to picture, plus and minus zoom, 0 shows all. */
export function MapCanvas(props: MapCanvasProps) {
  const { points, layout, marking, tool, words, drawingRef, onWalk, onKey } = props;
  const store = usePageStore();
  const canvasRef = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const canvas = canvasRef.current;
    const frame = canvas?.parentElement;
    if (canvas === null || frame === null || frame === undefined) return undefined;
    const drawing = new MapDrawing({
      canvas,
      blobOf: (id) => store.getState().thumbnails.get(id),
      requestFrame: (draw) => requestAnimationFrame(draw),
    });
    drawingRef.current = drawing;
    const measure = () => {
      drawing.resize(frame.clientWidth, frame.clientHeight, window.devicePixelRatio);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(frame);
    measure();
    return () => {
      observer.disconnect();
      drawing.dispose();
      drawingRef.current = null;
    };
  }, [store, drawingRef]);

  useEffect(() => {
    drawingRef.current?.show(points, layout);
  }, [points, layout, drawingRef]);
  useEffect(() => {
    drawingRef.current?.mark(marking);
  }, [marking, drawingRef]);
  useMapPointer({
    canvasRef,
    drawingRef,
    points,
    tool,
    onPress: props.onPress,
    onOpen: props.onOpen,
    onEnclose: props.onEnclose,
  });

  const walk = (direction: Direction) => {
    const from = marking.current;
    const to = from === null ? 0 : nextInDirection(points, from, direction);
    if (to === null) return;
    onWalk(to);
    drawingRef.current?.reveal(to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    const drawing = drawingRef.current;
    if (direction !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) walk(direction);
    else if (event.key === '+' || event.key === '=') drawing?.zoom(zoomStep);
    else if (event.key === '-') drawing?.zoom(1 / zoomStep);
    else if (event.key === '0') drawing?.fit();
    else if (!onKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={styles['frame']} data-tool={tool}>
      <canvas
        ref={canvasRef}
        className={styles['canvas']}
        tabIndex={0}
        role="application"
        aria-label="Map of the pictures: arrow keys walk, space selects, Enter opens, plus and minus zoom, 0 shows all, M gives a label"
        onKeyDown={onKeyDown}
      />
      <VisuallyHidden role="status">{words}</VisuallyHidden>
    </div>
  );
}
