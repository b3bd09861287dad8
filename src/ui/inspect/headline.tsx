import type { Evaluation } from '../../domain/evaluation/evaluation';
import { formatCount, formatMeasure, formatShare } from '../charts/format';
import { joinClasses } from '../join-classes';
import { Term } from '../terms/term';
import styles from './headline.module.css';

export interface HeadlineProps {
  readonly evaluation: Evaluation;
  readonly term: '5-fold accuracy' | 'accuracy';
  /** Of which pictures: `Validation`. */
  readonly name?: string;
  readonly isSmall?: boolean;
  readonly note: string | null;
}

/** `93.0–99.4 %`. */
function formatInterval({ low, high }: Evaluation['interval']): string {
  return `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)} %`;
}

/** The number that counts, with its interval. */
export function Headline({ evaluation, term, name, isSmall = false, note }: HeadlineProps) {
  const { accuracy, interval, right, count, loss } = evaluation;
  return (
    <section className={joinClasses(styles['headline'], isSmall && styles['small'])} aria-label={`${name ?? ''} ${term}`.trim()}>
      <p className={styles['line']}>
        <strong className={styles['number']}>{formatShare(accuracy)}</strong>
        <span>
          {name === undefined ? null : `${name} `}
          <Term name={term} />, 95 % <Term name="interval">interval</Term> <b>{formatInterval(interval)}</b>
        </span>
        <span>
          {formatCount(right)} of {formatCount(count)} right
        </span>
        <span>
          <Term name="loss" /> {formatMeasure(loss)}
        </span>
      </p>
      {note === null ? null : <p className={styles['note']}>{note}</p>}
    </section>
  );
}
