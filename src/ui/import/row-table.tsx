import { memo, useCallback, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ImportRow } from '../../domain/recognise/proposal';
import { joinClasses } from '../join-classes';
import { usePage } from '../store-context';
import { FoundRow } from './found-row';
import styles from './import.module.css';

/** Pixels; each row is as high, so that only those in sight need exist. */
const wideRow = 56;
const narrowRow = 148;
/** Narrower than this the cells of a row stand below one another. */
const narrowBelow = 620;
const spareRows = 4;

/** Every folder, name or label that was found, and what becomes of its pictures. */
export const RowTable = memo(function RowTable({ rows }: { readonly rows: readonly ImportRow[] }) {
  const present = usePage(({ project }) => project.document.classNames);
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ width: 800, height: 480, top: 0 });
  const measure = useCallback((): void => {
    const element = box.current;
    if (element === null) return;
    const { clientWidth: width, clientHeight: height, scrollTop: top } = element;
    setView((former) =>
      former.width === width && former.height === height && former.top === top ? former : { width, height, top },
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

  const classNames = useMemo(
    () => [...new Set([...present, ...rows.flatMap(({ target }) => (target.kind === 'class' ? [target.className] : []))])],
    [present, rows],
  );
  const isNarrow = view.width < narrowBelow;
  const pitch = isNarrow ? narrowRow : wideRow;
  const from = Math.max(0, Math.floor(view.top / pitch) - spareRows);
  const to = Math.min(rows.length, Math.ceil((view.top + view.height) / pitch) + spareRows);
  return (
    <div
      role="table"
      aria-label="What was found"
      aria-rowcount={rows.length + 1}
      className={joinClasses(styles['table'], isNarrow && styles['narrow'])}
    >
      <datalist id={listId}>
        {classNames.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div role="rowgroup" className={styles['head']}>
        <div role="row" aria-rowindex={1} className={styles['row']}>
          <span role="columnheader">Found</span>
          <span role="columnheader">Pictures</span>
          <span role="columnheader">Take as</span>
          <span role="columnheader">Class</span>
          <span role="columnheader">Split</span>
        </div>
      </div>
      <div ref={box} role="rowgroup" className={styles['rows']} onScroll={measure}>
        <div role="presentation" className={styles['sheet']} style={{ height: rows.length * pitch }}>
          {rows.slice(from, to).map((row, offset) => (
            <FoundRow
              key={row.key}
              row={row}
              index={from + offset}
              top={(from + offset) * pitch}
              height={pitch}
              listId={listId}
            />
          ))}
        </div>
      </div>
    </div>
  );
});
