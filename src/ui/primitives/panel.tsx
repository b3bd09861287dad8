import { useId, type ReactNode } from 'react';
import styles from './panel.module.css';

export interface PanelProps {
  readonly step: number;
  readonly heading: string;
  /** Right of the heading: buttons, or a word such as `Run 3 · seed 0`. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** One of the three columns. */
export function Panel({ step, heading, aside, children }: PanelProps) {
  const headingId = useId();
  return (
    <section className={styles['panel']} aria-labelledby={headingId} data-step={step}>
      <div className={styles['head']}>
        <span className={styles['step']} aria-hidden="true">
          {step}
        </span>
        <h2 id={headingId}>{heading}</h2>
        <div className={styles['aside']}>{aside}</div>
      </div>
      <div className={styles['body']}>{children}</div>
    </section>
  );
}
