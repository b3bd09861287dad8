import { X } from 'lucide-react';
import { describeError } from '../../domain/errors';
import { selectHasUnfinishedRun } from '../../store/offline-actions';
import { Button, ErrorNote, IconButton } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './notices.module.css';

/** Offers a newer version of the page that is ready; nothing starts it but a press, and no press does while a run is unfinished. */
export function NewVersionNote() {
  const newVersion = usePage(({ offline }) => offline.newVersion);
  const hasRun = usePage(selectHasUnfinishedRun);
  const { startNewVersion, dismissNewVersion } = useActions();
  if (newVersion === 'none' || newVersion === 'dismissed') return null;
  return (
    <ErrorNote
      record={describeError(hasRun ? 'new-version-after-run' : 'new-version')}
      tone="neutral"
      action={
        <div className={styles['actions']}>
          <Button small isDisabled={hasRun || newVersion === 'starting'} onPress={() => void startNewVersion()}>
            {newVersion === 'starting' ? 'Reloading…' : 'Reload'}
          </Button>
          <IconButton label="Dismiss" onPress={dismissNewVersion} className={styles['dismiss'] ?? ''}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      }
    />
  );
}
