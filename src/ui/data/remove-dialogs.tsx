import type { Sample } from '../../domain/dataset';
import { Button, Dialog } from '../primitives';
import { useActions } from '../store-context';
import { countOf } from '../words';

export interface RemoveClassDialogProps {
  readonly className: string;
  readonly samples: readonly Sample[];
  readonly onClose: () => void;
}

export function RemoveClassDialog({ className, samples, onClose }: RemoveClassDialogProps) {
  const { removeSamples } = useActions();
  return (
    <Dialog
      heading={`Remove the class “${className}”?`}
      role="alertdialog"
      size="small"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <Button onPress={onClose}>Keep</Button>
          <Button
            look="danger"
            onPress={() => {
              onClose();
              void removeSamples(samples.map(({ id }) => id));
            }}
          >
            Remove
          </Button>
        </>
      }
    >
      <p>Its {countOf(samples.length, 'picture')} leave the project. The files on your disk are not touched.</p>
    </Dialog>
  );
}

export function ClearDialog({ onClose }: { readonly onClose: () => void }) {
  const { clearPictures } = useActions();
  return (
    <Dialog
      heading="Remove all pictures?"
      role="alertdialog"
      size="small"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <Button onPress={onClose}>Keep</Button>
          <Button
            look="danger"
            onPress={() => {
              onClose();
              void clearPictures();
            }}
          >
            Remove all
          </Button>
        </>
      }
    >
      <p>The project starts with no pictures. A trained head and the settings stay, and so do the files on your disk.</p>
    </Dialog>
  );
}
