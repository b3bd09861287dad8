import { lazy, Suspense, useState } from 'react';
import { Button } from '../primitives';
import { usePage } from '../store-context';

/** Its own chunk: most visits never look inside. */
const InspectDialog = lazy(async () => ({ default: (await import('../inspect/inspect-dialog')).InspectDialog }));

/** Opens the views of what the head learnt; there once there is a head. */
export function InspectButton() {
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
        Evaluation
      </Button>
      {isOpen ? (
        <Suspense>
          <InspectDialog isOpen onOpenChange={setIsOpen} />
        </Suspense>
      ) : null}
    </>
  );
}
