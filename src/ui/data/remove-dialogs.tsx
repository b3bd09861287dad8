import { ConfirmDialog } from '../primitives';
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
    <ConfirmDialog
      heading={`Remove the class “${className}”?`}
      confirm="Remove"
      onClose={onClose}
      onConfirm={() => {
        dispatch({ kind: 'remove-class', className });
      }}
    >
      <p>Its {countOf(count, 'picture')} leave the project, until you undo it. The files on your disk are not touched.</p>
    </ConfirmDialog>
  );
}

export function ClearDialog({ onClose }: { readonly onClose: () => void }) {
  const { clearPictures } = useActions();
  return (
    <ConfirmDialog
      heading="Remove all pictures?"
      confirm="Remove all"
      onClose={onClose}
      onConfirm={() => {
        void clearPictures();
      }}
    >
      <p>
        The project starts with no pictures, until you undo it. A trained head and the settings stay, and so do the files on your
        disk.
      </p>
    </ConfirmDialog>
  );
}
