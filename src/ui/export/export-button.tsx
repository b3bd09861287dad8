import { lazy, Suspense, useState } from 'react';
import { Button } from '../primitives';
import { usePage } from '../store-context';

/** Its own chunk: most visits take nothing along. */
export const ExportDialog = lazy(async () => ({ default: (await import('./export-dialog')).ExportDialog }));

/** Beside what a run came to: takes its model out of the page. */
export function ExportButton() {
  const isDone = usePage(({ run, headReady }) => headReady && run.phase === 'done' && run.result !== null);
  const [isOpen, setOpen] = useState(false);
  if (!isDone) return null;
  return (
    <>
      <Button
        small
        onPress={() => {
          setOpen(true);
        }}
      >
        Export the model…
      </Button>
      {isOpen ? (
        <Suspense>
          <ExportDialog
            onClose={() => {
              setOpen(false);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
