import { lazy, Suspense, useState } from 'react';
import { Button } from '../primitives';
import { usePage } from '../store-context';

/** Its own chunk: most visits predict one picture at a time. */
const ManyDialog = lazy(async () => ({ default: (await import('./many-dialog')).ManyDialog }));

/** Opens the gallery of pictures predicted together; there once there is a head. */
export function ManyButton() {
  const headReady = usePage((state) => state.headReady);
  const [isOpen, setIsOpen] = useState(false);
  if (!headReady) return null;
  return (
    <>
      <Button
        onPress={() => {
          setIsOpen(true);
        }}
      >
        Predict many
      </Button>
      {isOpen ? (
        <Suspense>
          <ManyDialog
            onClose={() => {
              setIsOpen(false);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
