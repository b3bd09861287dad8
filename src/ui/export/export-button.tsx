import { lazy } from 'react';
import { DialogButton } from '../dialog-button';
import { usePage } from '../store-context';

/** Its own chunk: most visits take nothing along. */
export const ExportDialog = lazy(async () => ({ default: (await import('./export-dialog')).ExportDialog }));

/** Beside what a run came to: takes its model out of the page. */
export function ExportButton() {
  const isDone = usePage(({ run, headReady }) => headReady && run.phase === 'done' && run.result !== null);
  if (!isDone) return null;
  return (
    <DialogButton small label="Export the model…">
      {(close) => <ExportDialog onClose={close} />}
    </DialogButton>
  );
}
