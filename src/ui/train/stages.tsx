import { Check, CircleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { selectFeatureProgress } from '../../store/feature-selectors';
import { joinClasses } from '../join-classes';
import { Button, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { createStageViews } from './stage-views';
import styles from './stages.module.css';

/** Stops extracting in the background and goes on with it, while there is something to extract. */
function BackgroundSwitch() {
  const phase = usePage(({ features }) => features.phase);
  const paused = usePage(({ features }) => features.paused);
  const isMissing = usePage((state) => {
    const progress = selectFeatureProgress(state);
    return progress !== null && progress.done < progress.total;
  });
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping' || run.phase === 'paused');
  const { pauseFeatures, goOnWithFeatures } = useActions();
  if (isRunning || !isMissing || (phase === 'idle' && !paused)) return null;
  return (
    <Button
      small
      look="quiet"
      className={styles['switch'] ?? ''}
      aria-label={paused ? 'Go on with the features in the background' : 'Pause the features in the background'}
      onPress={() => {
        if (paused) void goOnWithFeatures();
        else pauseFeatures();
      }}
    >
      {paused ? 'Go on' : 'Pause'}
    </Button>
  );
}

/** Weights, Features, Training, Evaluation: how far each is. */
export function Stages() {
  const weights = usePage((state) => state.weights);
  const run = usePage((state) => state.run);
  const progress = usePage(selectFeatureProgress);
  const phase = usePage(({ features }) => features.phase);
  const paused = usePage(({ features }) => features.paused);
  const views = useMemo(
    () => createStageViews(weights, run, { phase, paused, progress }),
    [weights, run, phase, paused, progress],
  );
  return (
    <ol className={styles['stages']} aria-label="Stages">
      {views.map(({ stage, name, status, share, words }) => (
        <li key={stage} className={joinClasses(styles['stage'], styles[status])} data-stage={stage} data-status={status}>
          <ProgressBar label={name} share={share} {...(words === '' ? {} : { valueText: words })} />
          <span className={styles['name']}>
            {name}
            {status === 'done' ? <Check size={13} aria-label="done" /> : null}
            {status === 'failed' ? <CircleAlert size={13} aria-hidden="true" /> : null}
            {stage === 'features' ? <BackgroundSwitch /> : null}
          </span>
          <span className={styles['words']}>{words}</span>
        </li>
      ))}
    </ol>
  );
}
