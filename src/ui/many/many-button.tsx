import { lazy } from 'react';
import { DialogButton } from '../dialog-button';
import { usePage } from '../store-context';

/** Its own chunk: most visits predict one picture at a time. */
const ManyDialog = lazy(async () => ({ default: (await import('./many-dialog')).ManyDialog }));

/** Opens the gallery of pictures predicted together; there once there is a head. */
export function ManyButton() {
  const headReady = usePage((state) => state.headReady);
  if (!headReady) return null;
  return <DialogButton label="Predict many">{(close) => <ManyDialog onClose={close} />}</DialogButton>;
}
