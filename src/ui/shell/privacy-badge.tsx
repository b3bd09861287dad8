import { useState } from 'react';
import { Button } from 'react-aria-components';
import styles from './badge.module.css';
import { WhatLeftDialog } from './what-left-dialog';

export function PrivacyBadge() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        className={styles['badge'] ?? ''}
        aria-haspopup="dialog"
        onPress={() => {
          setOpen(true);
        }}
      >
        <span>0 pictures left this device</span>
      </Button>
      <WhatLeftDialog
        isOpen={isOpen}
        onClose={() => {
          setOpen(false);
        }}
      />
    </>
  );
}
