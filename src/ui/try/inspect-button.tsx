import { lazy } from 'react';
import { DialogButton } from '../dialog-button';
import { usePage } from '../store-context';

/** Its own chunk: most visits never look inside. */
const InspectDialog = lazy(async () => ({ default: (await import('../inspect/inspect-dialog')).InspectDialog }));

/** Opens the views of what the head learnt; there once there is a head. */
export function InspectButton() {
  const headReady = usePage((state) => state.headReady);
  if (!headReady) return null;
  return <DialogButton label="Evaluation">{(close) => <InspectDialog isOpen onOpenChange={close} />}</DialogButton>;
}
