import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { joinClasses } from '../join-classes';
import styles from './dialog.module.css';
import { IconButton } from './icon-button';

export interface DialogProps {
  readonly heading: string;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly size?: 'small' | 'normal' | 'wide' | 'full';
  /** `alertdialog` for a question that must be answered. */
  readonly role?: 'dialog' | 'alertdialog';
  readonly children: ReactNode;
  /** Buttons at the foot; the last is the main one. */
  readonly actions?: ReactNode;
}

/** A modal dialog: focus stays inside, Escape closes, focus returns to where it was. */
export function Dialog({ heading, isOpen, onOpenChange, size = 'normal', role = 'dialog', children, actions }: DialogProps) {
  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable={role === 'dialog'}
    >
      <Modal className={joinClasses(styles['modal'], styles[size])}>
        <AriaDialog role={role} className={styles['dialog'] ?? ''}>
          <div className={styles['head']}>
            <Heading slot="title" level={2}>
              {heading}
            </Heading>
            <IconButton
              label="Close"
              onPress={() => {
                onOpenChange(false);
              }}
            >
              <X size={18} aria-hidden="true" />
            </IconButton>
          </div>
          <div className={styles['body']}>{children}</div>
          {actions === undefined ? null : <div className={styles['foot']}>{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
