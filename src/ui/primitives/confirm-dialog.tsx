import type { ReactNode } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';

export interface ConfirmDialogProps {
  /** The question. */
  readonly heading: string;
  /** What the button that does it says. */
  readonly confirm: string;
  readonly isOpen?: boolean;
  /** It was answered, either way; comes before `onConfirm`. */
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly children: ReactNode;
}

/** Asks before something is removed. Escape and “Keep” remove nothing. */
export function ConfirmDialog({ heading, confirm, isOpen = true, onClose, onConfirm, children }: ConfirmDialogProps) {
  return (
    <Dialog
      heading={heading}
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
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
