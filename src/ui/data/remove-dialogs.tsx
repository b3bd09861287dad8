import { Button, Dialog } from '../primitives';
import { useActions } from '../store-context';
import { countOf } from '../words';

export interface RemoveClassDialogProps {
  readonly className: string;
  /** Pictures of the class. */
  readonly count: number;
  readonly onClose: () => void;
}

export function RemoveClassDialog({ className, count, onClose }: RemoveClassDialogProps) {
  const { dispatch } = useActions();
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
              dispatch({ kind: 'remove-class', className });
            }}
          >
            Remove
          </Button>
        </>
      }
    >
      <p>Its {countOf(count, 'picture')} leave the project, until you undo it. The files on your disk are not touched.</p>
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
      <p>
        The project starts with no pictures, until you undo it. A trained head and the settings stay, and so do the files on your
        disk.
      </p>
    </Dialog>
  );
}
