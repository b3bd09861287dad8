import { FolderOpen } from 'lucide-react';
import { joinClasses } from '../join-classes';
import { Button } from '../primitives';
import { ChooseFilesButton, ChooseFolderButton } from './add-pictures';
import styles from './data.module.css';
import { SamplesOnOffer } from './samples-on-offer';

/** The invitation: what to drop, and what to do without pictures of one's own. */
export function EmptyData({ isDropTarget, onRecord }: { readonly isDropTarget: boolean; readonly onRecord: () => void }) {
  return (
    <>
      <div className={joinClasses(styles['drop'], styles['large'], isDropTarget && styles['target'])}>
        <FolderOpen size={28} strokeWidth={1.5} aria-hidden="true" />
        <p>
          <strong>Drop a folder with one sub-folder a class</strong>
        </p>
        <p className={styles['tiny']}>
          cat/…, dog/… or train/ and val/ of them, or files such as cat.0.jpg; as a ZIP, TAR or TAR.GZ too. They stay in this
          browser.
        </p>
        <div className={styles['buttons']}>
          <ChooseFolderButton />
          <ChooseFilesButton />
          <Button onPress={onRecord}>Use the camera</Button>
        </div>
      </div>
      <div className={styles['or']}>
        <span>or, without pictures of your own</span>
      </div>
      <SamplesOnOffer />
    </>
  );
}
