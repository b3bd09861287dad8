import { Check, CircleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { joinClasses } from '../join-classes';
import { ProgressBar } from '../primitives';
import { usePage } from '../store-context';
import { createStageViews } from './stage-views';
import styles from './stages.module.css';

/** Weights, Features, Training, Evaluation: how far each is. */
export function Stages() {
  const weights = usePage((state) => state.weights);
  const run = usePage((state) => state.run);
  const views = useMemo(() => createStageViews(weights, run), [weights, run]);
  return (
    <ol className={styles['stages']} aria-label="Stages">
      {views.map(({ stage, name, status, share, words }) => (
        <li key={stage} className={joinClasses(styles['stage'], styles[status])} data-stage={stage} data-status={status}>
          <ProgressBar label={name} share={share} {...(words === '' ? {} : { valueText: words })} />
          <span className={styles['name']}>
            {name}
            {status === 'done' ? <Check size={13} aria-label="done" /> : null}
            {status === 'failed' ? <CircleAlert size={13} aria-hidden="true" /> : null}
          </span>
          <span className={styles['words']}>{words}</span>
        </li>
      ))}
    </ol>
  );
}
