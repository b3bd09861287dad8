import { useEffect, useMemo, useRef, useState } from 'react';
import { orderPredictions, type PictureOrder } from '../../domain/evaluation/evaluation';
import type { SamplePrediction } from '../../domain/history';
import { selectSampleIndex } from '../../store/selectors';
import { formatCounted } from '../charts/format';
import { Button } from '../primitives';
import { usePage } from '../store-context';
import { createJudged } from '../try/held-out';
import { HeldOutGrid } from '../try/held-out-grid';
import { Segments } from '../try/segments';
import type { ConfusionCell } from './confusion-table';
import styles from './judged-pictures.module.css';
import { PictureActions } from './picture-actions';

export interface JudgedPicturesProps {
  readonly predictions: readonly SamplePrediction[];
  readonly classNames: readonly string[];
  /** Only the pictures of this cell; null for all. */
  readonly cell: ConfusionCell | null;
  readonly onCell: (cell: ConfusionCell | null) => void;
  readonly onClose: () => void;
}

const orders: readonly { readonly value: PictureOrder; readonly text: string }[] = [
  { value: 'most-wrong', text: 'Most wrong' },
  { value: 'least-sure', text: 'Least sure' },
  { value: 'surest', text: 'Surest' },
];

/** The pictures behind the numbers, in an order, with what can be done about each. */
export function JudgedPictures({ predictions, classNames, cell, onCell, onClose }: JudgedPicturesProps) {
  const samples = usePage(selectSampleIndex);
  const [order, setOrder] = useState<PictureOrder>('most-wrong');
  const [chosenId, setChosenId] = useState<string | null>(null);
  const headingRef = useRef<HTMLHeadingElement>(null);
  const shown = useMemo(() => {
    const own =
      cell === null
        ? predictions
        : predictions.filter(({ labelIndex, classIndex }) => labelIndex === cell.labelIndex && classIndex === cell.classIndex);
    return orderPredictions(own, order);
  }, [predictions, cell, order]);
  const pictures = useMemo(() => createJudged(samples, shown), [samples, shown]);
  // Whoever opened a cell goes on among its pictures.
  useEffect(() => {
    if (cell !== null) headingRef.current?.focus();
  }, [cell]);
  const chosen = shown.find(({ sampleId }) => sampleId === chosenId);
  const heading =
    cell === null
      ? formatCounted(shown.length, 'picture')
      : `${formatCounted(shown.length, 'picture')}: label ${classNames[cell.labelIndex] ?? ''}, predicted ${classNames[cell.classIndex] ?? ''}`;
  return (
    <section className={styles['pictures']} aria-label="Pictures">
      <div className={styles['head']}>
        <h3 ref={headingRef} tabIndex={-1}>
          {heading}
        </h3>
        {cell === null ? null : (
          <Button
            small
            look="quiet"
            onPress={() => {
              onCell(null);
            }}
          >
            Show all
          </Button>
        )}
      </div>
      <Segments label="Order" value={order} onChange={setOrder} options={orders} />
      <HeldOutGrid
        key={`${order} ${cell === null ? '' : `${String(cell.labelIndex)} ${String(cell.classIndex)}`}`}
        label="Pictures in order"
        pictures={pictures}
        selectedId={chosenId}
        onChoose={setChosenId}
        emptyText="There are no pictures here."
      />
      {chosen === undefined ? null : (
        <PictureActions key={chosen.sampleId} prediction={chosen} classNames={classNames} onClose={onClose} />
      )}
    </section>
  );
}
