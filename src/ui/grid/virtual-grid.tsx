import {
  useCallback,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { joinClasses } from '../join-classes';
import { layOutGrid, moveInGrid, visibleRange } from './grid-geometry';
import styles from './virtual-grid.module.css';

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
  /** The Delete key. */
  readonly onDelete?: () => void;
}

/** A list box of square tiles of which only those in sight exist, so that 5,000 cost what 50 do. */
export function VirtualGrid({
  label,
  count,
  minTile,
  keyOf,
  labelOf,
  renderTile,
  selected,
  onSelectionChange,
  onDelete,
}: VirtualGridProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ width: 0, height: 0, scrollTop: 0 });
  const [active, setActive] = useState(0);
  const [anchor, setAnchor] = useState(0);

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
  const current = Math.min(active, Math.max(0, count - 1));

  const moveTo = (index: number): void => {
    setActive(index);
    const element = box.current;
    if (element === null) return;
    const top = Math.floor(index / geometry.columns) * pitch;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + pitch > element.scrollTop + element.clientHeight) element.scrollTop = top + pitch - element.clientHeight;
  };
  const toggle = (index: number): void => {
    const keys = new Set(selected);
    const key = keyOf(index);
    if (!keys.delete(key)) keys.add(key);
    setAnchor(index);
    onSelectionChange(keys);
  };
  const extendTo = (index: number): void => {
    const keys = new Set(selected);
    for (let at = Math.min(anchor, index); at <= Math.max(anchor, index); at += 1) keys.add(keyOf(at));
    onSelectionChange(keys);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const target = moveInGrid(event.key, current, count, geometry.columns, Math.max(1, Math.floor(view.height / pitch)));
    if (target !== null) {
      moveTo(target);
      if (event.shiftKey) extendTo(target);
    } else if (event.key === ' ' || event.key === 'Enter') {
      if (count > 0) toggle(current);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      onSelectionChange(new Set(Array.from({ length: count }, (_, index) => keyOf(index))));
    } else if (event.key === 'Escape' && selected.size > 0) {
      event.stopPropagation();
      onSelectionChange(new Set());
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      onDelete?.();
    } else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent): void => {
    const tile = event.target instanceof Element ? event.target.closest('[data-index]') : null;
    if (tile === null) return;
    const index = Number(tile.getAttribute('data-index'));
    setActive(index);
    if (event.shiftKey) extendTo(index);
    else toggle(index);
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
