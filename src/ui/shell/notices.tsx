import { X } from 'lucide-react';
import { useState } from 'react';
import type { ErrorCode } from '../../domain/errors';
import { Button, ErrorNote, IconButton } from '../primitives';
import { useActions, usePage } from '../store-context';
import { FoldersNote } from './folders-note';
import { NewVersionNote } from './new-version-note';
import styles from './notices.module.css';
import { ReaderBanner } from './reader-banner';

/** Worth knowing, nothing to do. */
const quiet: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['pictures-not-kept', 'worker-restarted']);

/** What concerns the whole page: a dead worker, storage that is refused, pictures that a reload could not bring back, a newer version. */
export function Notices() {
  const notice = usePage((state) => state.notice);
  const workerDead = usePage((state) => state.workerDead);
  const hasNewVersion = usePage(({ offline: { newVersion } }) => newVersion === 'offered' || newVersion === 'starting');
  const { dismissNotice, restartWorker } = useActions();
  const [isRestarting, setRestarting] = useState(false);
  const isReader = usePage(({ access }) => access === 'reader');
  const hasFolders = usePage(({ folders }) => folders.some(({ access }) => access !== 'granted'));
  if (notice === null && workerDead === null && !hasNewVersion && !isReader && !hasFolders) return null;

  const restart = async (): Promise<void> => {
    setRestarting(true);
    await restartWorker();
    setRestarting(false);
  };
  return (
    <div className={styles['notices']}>
      <ReaderBanner />
      <FoldersNote />
      {workerDead === null ? null : (
        <ErrorNote
          record={workerDead}
          action={
            <Button small isDisabled={isRestarting} onPress={() => void restart()}>
              Restart
            </Button>
          }
        />
      )}
      {notice === null ? null : (
        <ErrorNote
          record={notice}
          tone={quiet.has(notice.code) ? 'neutral' : 'warn'}
          action={
            <IconButton label="Dismiss" onPress={dismissNotice} className={styles['dismiss'] ?? ''}>
              <X size={16} aria-hidden="true" />
            </IconButton>
          }
        />
      )}
      <NewVersionNote />
    </div>
  );
}
