import { useRef, useState, type KeyboardEvent } from 'react';
import { rowShares, type ConfusionMatrix } from '../../domain/evaluation/confusion';
import { formatCount, formatCounted, formatShare } from '../charts/format';
import { Term } from '../terms/term';
import { Segments } from '../try/segments';
import { Card } from './card';
import styles from './confusion-table.module.css';

/** Pictures of one label that were predicted as one class. */
export interface ConfusionCell {
  readonly labelIndex: number;
  readonly classIndex: number;
}

export interface ConfusionTableProps {
  readonly matrix: ConfusionMatrix;
  readonly classNames: readonly string[];
  /** The cell whose pictures are shown. */
  readonly cell: ConfusionCell | null;
  readonly onCell: (cell: ConfusionCell | null) => void;
}

/** With more classes than this a column is headed by its number. */
const namedColumns = 6;

const moves: Readonly<Partial<Record<string, readonly [rows: number, columns: number]>>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * The confusion matrix as counts or shares of each row. One cell is in the order of tabs; arrow keys move, Enter or a click opens the
 * pictures of a cell.
 */
export function ConfusionTable({ matrix, classNames, cell, onCell }: ConfusionTableProps) {
  const [unit, setUnit] = useState<'counts' | 'shares'>('counts');
  const [focused, setFocused] = useState<ConfusionCell>({ labelIndex: 0, classIndex: 0 });
  const tableRef = useRef<HTMLTableElement>(null);
  const shares = rowShares(matrix);
  const last = matrix.length - 1;
  const nameOf = (index: number) => classNames[index] ?? `class ${String(index)}`;
  const isNamed = classNames.length <= namedColumns;

  const move = (event: KeyboardEvent, from: ConfusionCell) => {
    const by = moves[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const labelIndex = Math.max(0, Math.min(last, from.labelIndex + by[0]));
    const classIndex = Math.max(0, Math.min(last, from.classIndex + by[1]));
    setFocused({ labelIndex, classIndex });
    const next = tableRef.current?.querySelector(`[data-cell="${String(labelIndex)} ${String(classIndex)}"]`);
    if (next instanceof HTMLElement) next.focus();
  };

  return (
    <Card
      label="Confusion matrix"
      heading={<Term name="confusion matrix">Confusion matrix</Term>}
      isWide={!isNamed}
      aside={
        <Segments
          label="Unit"
          value={unit}
          onChange={setUnit}
          options={[
            { value: 'counts', text: 'Counts' },
            { value: 'shares', text: 'Shares' },
          ]}
        />
      }
    >
      <div className={styles['scroll']}>
        <table
          ref={tableRef}
          role="grid"
          aria-label="Confusion matrix: rows are labels, columns predictions"
          className={styles['table']}
        >
          <thead>
            <tr>
              <th scope="col" className={styles['corner']}>
                label ↓ predicted →
              </th>
              {matrix.map((_, classIndex) => (
                <th key={classIndex} scope="col" title={nameOf(classIndex)} aria-label={nameOf(classIndex)}>
                  {isNamed ? nameOf(classIndex) : formatCount(classIndex)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, labelIndex) => (
              <tr key={labelIndex}>
                <th scope="row" title={nameOf(labelIndex)}>
                  {isNamed ? nameOf(labelIndex) : `${formatCount(labelIndex)} ${nameOf(labelIndex)}`}
                </th>
                {row.map((count, classIndex) => {
                  const here = { labelIndex, classIndex };
                  const share = shares[labelIndex]?.[classIndex] ?? Number.NaN;
                  const isShown = cell?.labelIndex === labelIndex && cell.classIndex === classIndex;
                  const strength = Number.isFinite(share) ? Math.round(share * 45) : 0;
                  const colour = labelIndex === classIndex ? 'var(--accent)' : 'var(--bad)';
                  return (
                    <td
                      key={classIndex}
                      role="gridcell"
                      data-cell={`${String(labelIndex)} ${String(classIndex)}`}
                      tabIndex={focused.labelIndex === labelIndex && focused.classIndex === classIndex ? 0 : -1}
                      aria-selected={isShown}
                      aria-label={`label ${nameOf(labelIndex)}, predicted ${nameOf(classIndex)}: ${formatCounted(count, 'picture')}, ${formatShare(share)} of the class`}
                      style={{ background: `color-mix(in srgb, ${colour} ${String(strength)}%, var(--panel))` }}
                      onFocus={() => {
                        setFocused(here);
                      }}
                      onClick={() => {
                        onCell(isShown ? null : here);
                      }}
                      onKeyDown={(event) => {
                        if (event.key === 'Enter' || event.key === ' ') {
                          event.preventDefault();
                          onCell(isShown ? null : here);
                        } else move(event, here);
                      }}
                    >
                      {unit === 'counts' ? (count === 0 ? '' : formatCount(count)) : count === 0 ? '' : formatShare(share)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
