import { ConfirmDialog } from '../primitives';
import { useActions } from '../store-context';
import styles from './prose.module.css';

export function ForgetDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { forgetEverything } = useActions();
  return (
    <ConfirmDialog
      heading="Forget everything on this device?"
      confirm="Forget everything"
      isOpen={isOpen}
      onClose={onClose}
      onConfirm={() => {
        void forgetEverything();
      }}
    >
      <div className={styles['prose']}>
        <p>
          All projects with their copies of your pictures, labels, runs and trained heads, kept features, weights, those too that
          you brought in, and the page’s own files are removed from this browser. The picture files on your disk are not touched.
        </p>
        <p>This cannot be undone. The weights and the page are fetched again on the next visit.</p>
      </div>
    </ConfirmDialog>
  );
}
