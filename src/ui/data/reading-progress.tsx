import { Button, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { joinWords, timeLeft } from '../words';
import styles from './data.module.css';

const titles = {
  folder: 'Reading pictures',
  drawings: 'Drawing pictures',
  kaggle: 'Downloading photos',
  hub: 'Downloading pictures',
  clipboard: 'Reading what was pasted',
  camera: 'Reading what was recorded',
} as const;

/** `the server is busy: next try in 8 s` */
export function waitWords(seconds: number): string {
  return `the server is busy: next try in ${Math.max(1, Math.round(seconds)).toLocaleString('en-GB')} s`;
}

/** How far the reading is; nothing while nothing is read. */
export function ReadingProgress() {
  const { phase, origin, done, total, secondsLeft, waitingSeconds } = usePage(({ ingest }) => ingest);
  const { cancelIngest } = useActions();
  if (phase === 'idle') return null;
  const isCounted = phase === 'reading' && total > 0;
  const title = phase === 'listing' ? 'Looking through the folder' : titles[origin ?? 'folder'];
  const counted = isCounted
    ? joinWords(`${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`, timeLeft(secondsLeft))
    : '';
  const words = waitingSeconds === null ? counted : joinWords(counted, waitWords(waitingSeconds));
  return (
    <div className={styles['reading']}>
      <ProgressBar label={title} showLabel share={isCounted ? done / total : null} valueText={words} />
      <Button small isDisabled={phase === 'listing'} onPress={cancelIngest}>
        Cancel
      </Button>
    </div>
  );
}
