import {
  useCallback,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { joinClasses } from '../join-classes';
import { layOutGrid, moveInGrid, visibleRange } from './grid-geometry';
import styles from './virtual-grid.module.css';

/** A finger that rests must select, and would drag instead where tiles can be dragged. */
const hasMouse = matchMedia('(any-pointer: fine)').matches;

const gap = 6;
const spareRows = 2;

export interface VirtualGridProps {
  readonly label: string;
  readonly count: number;
  /** Pixels; tiles grow to fill the width. */
  readonly minTile: number;
  readonly keyOf: (index: number) => string;
  /** What a tile is, in words. */
  readonly labelOf: (index: number) => string;
  readonly renderTile: (index: number) => ReactNode;
  readonly selected: ReadonlySet<string>;
  readonly onSelectionChange: (keys: ReadonlySet<string>) => void;
  /** The tile that keys act on. */
  readonly active: number;
  readonly onActiveChange: (index: number) => void;
  /** Enter, a double click, or a tap where nothing is selected. */
  readonly onOpen: (index: number) => void;
  /** Keys that the grid has no use for; true for one that was used. */
  readonly onKey?: (event: KeyboardEvent) => boolean;
  readonly onDragStart?: (event: DragEvent, index: number) => void;
}

/** How long a finger rests on a tile until it is selected, milliseconds. */
const longPressMs = 450;

function indexOf(event: { readonly target: EventTarget }): number | null {
  const tile = event.target instanceof Element ? event.target.closest('[data-index]') : null;
  return tile === null ? null : Number(tile.getAttribute('data-index'));
}

/**
 * A list box of square tiles of which only those in sight exist, so that 20,000 cost what 50 do. Selected as files are: a click takes
 * one, with Ctrl or Cmd adds or takes away, with Shift takes all between; arrows walk, Space toggles, Shift and an arrow extend. A finger
 * that rests selects, and taps go on selecting while something is.
 */
export function VirtualGrid({
  label,
  count,
  minTile,
  keyOf,
  labelOf,
  renderTile,
  selected,
  onSelectionChange,
  active,
  onActiveChange,
  onOpen,
  onKey,
  onDragStart,
}: VirtualGridProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ width: 0, height: 0, scrollTop: 0 });
  const [anchor, setAnchor] = useState(0);
  const press = useRef<{ timer: number; isTouch: boolean; wasLong: boolean }>({ timer: 0, isTouch: false, wasLong: false });

  const measure = useCallback((): void => {
    const element = box.current;
    if (element === null) return;
    const { clientWidth: width, clientHeight: height, scrollTop } = element;
    setView((former) =>
      former.width === width && former.height === height && former.scrollTop === scrollTop
        ? former
        : { width, height, scrollTop },
    );
  }, []);

  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current !== null) observer.observe(box.current);
    return () => {
      observer.disconnect();
    };
  }, [measure]);

  const geometry = layOutGrid(count, view.width - 4, minTile, gap);
  const pitch = geometry.tile + gap;
  const [from, to] = visibleRange(geometry, gap, count, view.scrollTop, view.height, spareRows);
  const current = Math.max(0, Math.min(active, count - 1));

  const scrollTo = useCallback(
    (index: number): void => {
      const element = box.current;
      if (element === null) return;
      const top = Math.floor(index / geometry.columns) * pitch;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + pitch > element.scrollTop + element.clientHeight) element.scrollTop = top + pitch - element.clientHeight;
    },
    [geometry.columns, pitch],
  );
  // Also where the list changed under it, or the tiles their size.
  useLayoutEffect(() => {
    scrollTo(current);
  }, [scrollTo, current]);

  const toggle = (index: number): void => {
    const keys = new Set(selected);
    const key = keyOf(index);
    if (!keys.delete(key)) keys.add(key);
    setAnchor(index);
    onSelectionChange(keys);
  };
  const takeOnly = (index: number): void => {
    setAnchor(index);
    onSelectionChange(new Set([keyOf(index)]));
  };
  const extendTo = (index: number): void => {
    const start = Math.min(anchor, count - 1);
    const keys = new Set<string>();
    for (let at = Math.min(start, index); at <= Math.max(start, index); at += 1) keys.add(keyOf(at));
    onSelectionChange(keys);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const target = moveInGrid(event.key, current, count, geometry.columns, Math.max(1, Math.floor(view.height / pitch)));
    if (target !== null && count > 0) {
      if (event.shiftKey) {
        if (selected.size === 0) setAnchor(current);
        extendTo(target);
      } else setAnchor(target);
      onActiveChange(target);
    } else if (event.key === ' ') {
      if (count > 0) toggle(current);
    } else if (event.key === 'Enter') {
      if (count > 0) onOpen(current);
    } else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) {
      onSelectionChange(new Set(Array.from({ length: count }, (_, index) => keyOf(index))));
    } else if (event.key === 'Escape' && selected.size > 0) {
      event.stopPropagation();
      onSelectionChange(new Set());
    } else if (onKey?.(event) !== true) return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent): void => {
    const index = indexOf(event);
    if (index === null) return;
    const { isTouch, wasLong } = press.current;
    if (wasLong) return;
    onActiveChange(index);
    if (event.shiftKey) extendTo(index);
    else if (event.ctrlKey || event.metaKey || (isTouch && selected.size > 0)) toggle(index);
    else if (isTouch) onOpen(index);
    else takeOnly(index);
  };
  const onPointerDown = (event: PointerEvent): void => {
    const index = indexOf(event);
    clearTimeout(press.current.timer);
    const isTouch = event.pointerType === 'touch';
    press.current = { timer: 0, isTouch, wasLong: false };
    if (!isTouch || index === null) return;
    press.current.timer = window.setTimeout(() => {
      press.current.wasLong = true;
      onActiveChange(index);
      toggle(index);
    }, longPressMs);
  };
  const endPress = (): void => {
    clearTimeout(press.current.timer);
  };

  return (
    <div
      ref={box}
      className={styles['box']}
      role="listbox"
      aria-label={label}
      aria-multiselectable
      aria-activedescendant={count === 0 ? undefined : `${id}-${String(current)}`}
      tabIndex={0}
      onScroll={measure}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDoubleClick={(event) => {
        const index = indexOf(event);
        if (index !== null) onOpen(index);
      }}
      onPointerDown={onPointerDown}
      onPointerUp={endPress}
      onPointerCancel={endPress}
      onPointerLeave={endPress}
      onDragStart={(event) => {
        const index = indexOf(event);
        if (index !== null) onDragStart?.(event, index);
      }}
    >
      <div className={styles['sheet']} role="presentation" style={{ height: geometry.height }}>
        {Array.from({ length: to - from }, (_, offset) => {
          const index = from + offset;
          const key = keyOf(index);
          const column = index % geometry.columns;
          const row = Math.floor(index / geometry.columns);
          return (
            <div
              key={key}
              id={`${id}-${String(index)}`}
              role="option"
              aria-label={labelOf(index)}
              aria-selected={selected.has(key)}
              aria-setsize={count}
              aria-posinset={index + 1}
              title={labelOf(index)}
              draggable={onDragStart !== undefined && hasMouse}
              data-index={index}
              className={joinClasses(styles['tile'], index === current && styles['active'])}
              style={{
                width: geometry.tile,
                height: geometry.tile,
                transform: `translate(${String(column * pitch)}px, ${String(row * pitch)}px)`,
              }}
            >
              {renderTile(index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
