import type { IngestState } from '../../store/state';
import type { ImportProgress } from '../../domain/import-listing';
import { Button, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf, formatBytes, joinWords, timeLeft } from '../words';
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
function waitWords(seconds: number): string {
  return `the server is busy: next try in ${Math.max(1, Math.round(seconds)).toLocaleString('en-GB')} s`;
}

interface Shown {
  readonly title: string;
  /** 0 to 1; null while it is not known. */
  readonly share: number | null;
  readonly words: string;
}

/** Archives being opened: what is counted, or how much is unpacked and how much room it takes. */
function showOpening(progress: ImportProgress): Shown {
  if (progress.stage === 'listing')
    return { title: `Looking into ${fileName(progress.archive)}`, share: null, words: countOf(progress.files, 'file') };
  const { archive, doneBytes, totalBytes, secondsLeft } = progress;
  const done = formatBytes(doneBytes);
  return {
    title: `Unpacking ${fileName(archive)}${totalBytes === null ? '' : `, which takes ${formatBytes(totalBytes)}`}`,
    share: totalBytes === null || totalBytes === 0 ? null : Math.min(1, doneBytes / totalBytes),
    words: joinWords(totalBytes === null ? done : `${done} of ${formatBytes(totalBytes)}`, timeLeft(secondsLeft)),
  };
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function showReading({ origin, done, total, secondsLeft, waitingSeconds }: IngestState): Shown {
  const counts = `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`;
  return {
    title: titles[origin ?? 'folder'],
    share: total > 0 ? done / total : null,
    words: joinWords(
      total > 0 && counts,
      waitingSeconds === null ? total > 0 && timeLeft(secondsLeft) : waitWords(waitingSeconds),
    ),
  };
}

function show(ingest: IngestState): Shown {
  if (ingest.phase === 'reading') return showReading(ingest);
  // Loose files are listed in no time; only an archive has something to tell.
  return ingest.opening === null || ingest.opening.archive === ''
    ? { title: 'Looking through the files', share: null, words: '' }
    : showOpening(ingest.opening);
}

/** How far the reading is; nothing while nothing is read. */
export function ReadingProgress() {
  const ingest = usePage((state) => state.ingest);
  const { cancelIngest } = useActions();
  if (ingest.phase === 'idle' || ingest.phase === 'confirming') return null;
  const { title, share, words } = show(ingest);
  return (
    <div className={styles['reading']}>
      <ProgressBar label={title} showLabel share={share} valueText={words} />
      <Button small onPress={cancelIngest}>
        Cancel
      </Button>
    </div>
  );
}
