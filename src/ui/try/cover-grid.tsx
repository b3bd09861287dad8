import { useRef, useState, type PointerEvent } from 'react';
import { coverSide } from '../../domain/evaluation/cover';
import styles from './evidence.module.css';

export interface CoverGridProps {
  readonly covered: readonly number[];
  readonly onCover: (squares: readonly number[]) => void;
}

const moves: Readonly<Partial<Record<string, readonly [rows: number, columns: number]>>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Stroke {
  readonly covers: boolean;
  readonly squares: ReadonlySet<number>;
}

function apply(covered: readonly number[], { covers, squares }: Stroke): number[] {
  const kept = covered.filter((square) => !squares.has(square));
  return (covers ? [...kept, ...squares] : kept).sort((a, b) => a - b);
}

/** Paints over parts of the picture: a stroke of the mouse or finger, or by arrow keys and the space bar. A stroke that begins on a covered square uncovers. */
export function CoverGrid({ covered, onCover }: CoverGridProps) {
  const gridRef = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const [stroke, setStroke] = useState<Stroke | null>(null);
  const shown = new Set(stroke === null ? covered : apply(covered, stroke));

  const squareAt = (event: PointerEvent): number => {
    const bounds = gridRef.current?.getBoundingClientRect();
    if (bounds === undefined) return 0;
    const clamp = (value: number) => Math.max(0, Math.min(coverSide - 1, Math.floor(value * coverSide)));
    const row = clamp((event.clientY - bounds.top) / bounds.height);
    return row * coverSide + clamp((event.clientX - bounds.left) / bounds.width);
  };

  const focus = (square: number) => {
    setFocused(square);
    const next = gridRef.current?.querySelector(`[data-square="${String(square)}"]`);
    if (next instanceof HTMLElement) next.focus();
  };

  return (
    <div
      ref={gridRef}
      className={styles['cover']}
      role="grid"
      aria-label="Cover parts of the picture"
      aria-multiselectable="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const square = squareAt(event);
        setStroke({ covers: !covered.includes(square), squares: new Set([square]) });
      }}
      onPointerMove={(event) => {
        if (stroke === null) return;
        setStroke({ ...stroke, squares: new Set([...stroke.squares, squareAt(event)]) });
      }}
      onPointerUp={() => {
        if (stroke === null) return;
        setStroke(null);
        onCover(apply(covered, stroke));
      }}
      onPointerCancel={() => {
        setStroke(null);
      }}
      onKeyDown={(event) => {
        const by = moves[event.key];
        if (by !== undefined) {
          event.preventDefault();
          const row = Math.max(0, Math.min(coverSide - 1, Math.floor(focused / coverSide) + by[0]));
          focus(row * coverSide + Math.max(0, Math.min(coverSide - 1, (focused % coverSide) + by[1])));
        } else if (event.key === ' ' || event.key === 'Enter') {
          event.preventDefault();
          onCover(apply(covered, { covers: !covered.includes(focused), squares: new Set([focused]) }));
        }
      }}
    >
      {Array.from({ length: coverSide }, (_, row) => (
        <div key={row} role="row" className={styles['row']}>
          {Array.from({ length: coverSide }, (_ignored, column) => {
            const square = row * coverSide + column;
            return (
              <span
                key={column}
                role="gridcell"
                data-square={square}
                tabIndex={square === focused ? 0 : -1}
                aria-selected={shown.has(square)}
                aria-label={`row ${String(row + 1)}, column ${String(column + 1)}`}
                onFocus={() => {
                  setFocused(square);
                }}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}
