import { Button, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import styles from './badge.module.css';
import { PrivacyWords } from './privacy-words';

export function PrivacyBadge() {
  return (
    <DialogTrigger>
      <Button className={styles['badge'] ?? ''}>
        <span>0 pictures left this device</span>
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom end">
        <Dialog className={styles['details'] ?? ''}>
          <Heading slot="title" level={2}>
            Your pictures stay here
          </Heading>
          <PrivacyWords />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
