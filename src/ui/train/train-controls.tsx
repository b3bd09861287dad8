import { useId } from 'react';
import { selectTrainBlocker } from '../../store/selectors';
import { Button } from '../primitives';
import { Estimate, Offers } from './estimate';
import { useActions, usePage } from '../store-context';
import styles from './train-controls.module.css';

/**
 * Train, and what becomes of it while a run goes on. A Train that cannot be pressed keeps its focus and names its reason:
 * `fieldProblem` is a text in a settings field that is not good.
 */
export function TrainControls({ fieldProblem }: { readonly fieldProblem: string | null }) {
  const phase = usePage(({ run }) => run.phase);
  const hasHead = usePage(({ headReady, run }) => headReady || run.phase === 'failed');
  const blocker = usePage(selectTrainBlocker);
  const { train, pause, continueRun, stop } = useActions();
  const reasonId = useId();

  if (phase === 'running' || phase === 'stopping') {
    return (
      <div className={styles['controls']}>
        <Button isDisabled={phase === 'stopping'} onPress={pause}>
          Pause
        </Button>
        <Button look="primary" isPending={phase === 'stopping'} onPress={() => void stop()}>
          {phase === 'stopping' ? 'Stopping' : 'Stop'}
        </Button>
      </div>
    );
  }
  if (phase === 'paused') {
    return (
      <div className={styles['controls']}>
        <Button onPress={() => void stop()}>Stop</Button>
        <Button look="primary" onPress={() => void continueRun()}>
          Continue
        </Button>
      </div>
    );
  }
  const reason = fieldProblem ?? (blocker === null ? null : blocker.code === 'no-pictures' ? blocker.remedy : blocker.message);
  return (
    <div className={styles['controls']}>
      <div id={reasonId} className={styles['reason']}>
        {reason ?? <Estimate />}
      </div>
      <Button
        look="primary"
        aria-disabled={reason !== null}
        className={reason === null ? '' : (styles['blocked'] ?? '')}
        aria-describedby={reasonId}
        onPress={() => {
          if (reason === null) void train();
        }}
      >
        {hasHead ? 'Train again' : 'Train'}
      </Button>
      {reason === null ? <Offers /> : null}
    </div>
  );
}
