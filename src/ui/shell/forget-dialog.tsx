import { Button, Dialog } from '../primitives';
import { useActions } from '../store-context';
import styles from './prose.module.css';

export function ForgetDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { forgetEverything } = useActions();
  return (
    <Dialog
      heading="Forget everything on this device?"
      role="alertdialog"
      size="small"
      isOpen={isOpen}
      onOpenChange={onClose}
      actions={
        <>
          <Button onPress={onClose}>Keep</Button>
          <Button
            look="danger"
            onPress={() => {
              onClose();
              void forgetEverything();
            }}
          >
            Forget everything
          </Button>
        </>
      }
    >
      <div className={styles['prose']}>
        <p>
          The project, its settings, the trained head, kept features, the kept weights and the page’s own files are removed from
          this browser. Your picture files are not touched.
        </p>
        <p>This cannot be undone. The weights and the page are fetched again on the next visit.</p>
      </div>
    </Dialog>
  );
}
