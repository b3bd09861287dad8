import { Label, ProgressBar as AriaProgressBar } from 'react-aria-components';
import { joinClasses } from '../join-classes';
import styles from './progress-bar.module.css';

export interface ProgressBarProps {
  readonly label: string;
  /** 0 to 1; null while the total is not known. */
  readonly share: number | null;
  /** What the bar means in words, such as `120 of 500, 4 s left`. */
  readonly valueText?: string;
  /** The label is drawn above the bar; otherwise only read out. */
  readonly showLabel?: boolean;
}

export function ProgressBar({ label, share, valueText, showLabel = false }: ProgressBarProps) {
  const percent = share === null ? 0 : Math.min(100, Math.max(0, share * 100));
  return (
    <AriaProgressBar
      className={styles['progress'] ?? ''}
      value={percent}
      isIndeterminate={share === null}
      {...(valueText === undefined ? {} : { valueLabel: valueText })}
      {...(showLabel ? {} : { 'aria-label': label })}
    >
      {showLabel ? (
        <div className={styles['words']}>
          <Label>{label}</Label>
          <span className={styles['value']}>{valueText}</span>
        </div>
      ) : null}
      <div className={styles['track']}>
        <div
          className={joinClasses(styles['fill'], share === null && styles['unknown'])}
          style={{ width: `${String(percent)}%` }}
        />
      </div>
    </AriaProgressBar>
  );
}
