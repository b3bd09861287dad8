import { useMemo, useState } from 'react';
import { ListBox, ListBoxItem, ListLayout, Virtualizer } from 'react-aria-components';
import { formatMeasure } from '../../charts/format';
import { ClassSwatch } from '../../primitives';
import { Segments } from '../../try/segments';
import { describePoint, unlabelled, type Judgements, type MapPoints } from './map-points';
import styles from './map.module.css';
import { orderPoints, type PointOrder } from './order-points';

const rowSize = 30;
const orders: readonly { readonly value: PointOrder; readonly text: string }[] = [
  { value: 'class', text: 'Class' },
  { value: 'errors', text: 'Errors first' },
  { value: 'across', text: 'Left to right' },
  { value: 'up', text: 'Top to bottom' },
];

export interface MapTableProps {
  readonly points: MapPoints;
  readonly judgements: Judgements;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

/** The map as a list: the same pictures, places and selection. Only rows in view are in the page. */
export function MapTable({ points, judgements, selected, onSelect }: MapTableProps) {
  const [order, setOrder] = useState<PointOrder>('class');
  const rows = useMemo(
    () =>
      orderPoints(points, order).flatMap((at) => {
        const sample = points.samples[at];
        if (sample === undefined) return [];
        return [
          { id: sample.id, sample, palette: points.palette[at] ?? unlabelled, x: points.xs[at] ?? 0, y: points.ys[at] ?? 0 },
        ];
      }),
    [points, order],
  );
  return (
    <div className={styles['tablePart']}>
      <Segments label="Order" value={order} onChange={setOrder} options={orders} />
      <Virtualizer layout={ListLayout} layoutOptions={{ rowSize }}>
        <ListBox
          className={styles['table'] ?? ''}
          aria-label="Pictures on the map"
          items={rows}
          selectionMode="multiple"
          selectedKeys={selected}
          onSelectionChange={(keys) => {
            onSelect(keys === 'all' ? new Set(points.places.keys()) : new Set([...keys].map(String)));
          }}
        >
          {({ id, sample, palette, x, y }) => {
            const judged = judgements.get(id);
            return (
              <ListBoxItem
                id={id}
                className={styles['row'] ?? ''}
                textValue={sample.name}
                aria-label={`${describePoint(sample, judgements)}, at ${formatMeasure(x)}, ${formatMeasure(y)}`}
              >
                {palette === unlabelled ? <i className={styles['ring']} /> : <ClassSwatch paletteIndex={palette} />}
                <span className={styles['name']}>{sample.name}</span>
                <span className={styles['label']}>{sample.className ?? 'no label'}</span>
                <span className={styles['said']} data-wrong={judged?.isWrong === true}>
                  {judged === undefined ? '' : judged.isWrong ? `✗ ${judged.className}` : '✓'}
                </span>
                <span className={styles['place']}>
                  {formatMeasure(x)}, {formatMeasure(y)}
                </span>
              </ListBoxItem>
            );
          }}
        </ListBox>
      </Virtualizer>
    </div>
  );
}
