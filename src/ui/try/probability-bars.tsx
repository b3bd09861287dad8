import { useState } from 'react';
import type { Prediction } from '../../domain/history';
import { formatCount, formatShare } from '../charts/format';
import { classColour } from '../palette';
import { Button, ClassSwatch } from '../primitives';
import { usePage } from '../store-context';
import { selectPaletteIndex } from '../../store/selectors';
import { orderClasses, shownAtFirst } from './order-classes';
import styles from './probability-bars.module.css';

function Bar({
  className,
  probability,
  isPredicted,
}: {
  readonly className: string;
  readonly probability: number;
  readonly isPredicted: boolean;
}) {
  const paletteIndex = usePage(selectPaletteIndex(className));
  const width = Number.isFinite(probability) ? Math.max(0, Math.min(100, probability * 100)) : 0;
  return (
    <li className={styles['row']} data-predicted={isPredicted}>
      <span className={styles['name']} title={className}>
        <ClassSwatch paletteIndex={paletteIndex} size={10} />
        <span>{className}</span>
      </span>
      <span className={styles['track']} aria-hidden="true">
        <i style={{ width: `${String(width)}%`, background: classColour(paletteIndex) }} />
      </span>
      <data className={styles['share']} value={String(probability)}>
        {formatShare(probability)}
      </data>
    </li>
  );
}

export interface ProbabilityBarsProps {
  readonly prediction: Prediction;
  /** By class index, of the run that predicts. */
  readonly classNames: readonly string[];
}

/** One bar a class: all of a few, the likeliest five of many. */
export function ProbabilityBars({ prediction, classNames }: ProbabilityBarsProps) {
  const [showAll, setShowAll] = useState(false);
  const order = orderClasses(prediction.probabilities);
  const shown = showAll ? order : order.slice(0, shownAtFirst);
  return (
    <div className={styles['bars']}>
      <ul className={styles['list']} aria-label="Probabilities">
        {shown.map((classIndex) => (
          <Bar
            key={classIndex}
            className={classNames[classIndex] ?? `class ${String(classIndex)}`}
            probability={prediction.probabilities[classIndex] ?? Number.NaN}
            isPredicted={classIndex === prediction.classIndex}
          />
        ))}
      </ul>
      {order.length > shownAtFirst ? (
        <Button
          look="quiet"
          small
          onPress={() => {
            setShowAll(!showAll);
          }}
        >
          {showAll ? 'Show fewer' : `Show all ${formatCount(order.length)}`}
        </Button>
      ) : null}
    </div>
  );
}
