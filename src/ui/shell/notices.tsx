import { X } from 'lucide-react';
import { useState } from 'react';
import { Button, ErrorNote, IconButton } from '../primitives';
import { useActions, usePage } from '../store-context';
import { NewVersionNote } from './new-version-note';
import styles from './notices.module.css';

/** What concerns the whole page: a dead worker, storage that is refused, pictures that a reload could not bring back, a newer version. */
export function Notices() {
  const notice = usePage((state) => state.notice);
  const workerDead = usePage((state) => state.workerDead);
  const hasNewVersion = usePage(({ offline: { newVersion } }) => newVersion === 'offered' || newVersion === 'starting');
  const { dismissNotice, restartWorker } = useActions();
  const [isRestarting, setRestarting] = useState(false);
  if (notice === null && workerDead === null && !hasNewVersion) return null;

  const restart = async (): Promise<void> => {
    setRestarting(true);
    await restartWorker();
    setRestarting(false);
  };
  return (
    <div className={styles['notices']}>
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
          tone={notice.code === 'pictures-not-kept' ? 'neutral' : 'warn'}
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
