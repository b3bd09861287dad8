import { useEffect, useMemo, useState } from 'react';
import { Button, Dialog } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf } from '../words';
import { ClassField } from './class-field';
import styles from './paste-dialog.module.css';

/** More than these are counted, not shown. */
const shown = 8;

/** The class that was pasted into last: whoever pastes one picture after another presses Enter. */
let lastClass = '';

function Previews({ files }: { readonly files: readonly File[] }) {
  const addresses = useMemo(() => files.slice(0, shown).map((file) => URL.createObjectURL(file)), [files]);
  useEffect(
    () => () => {
      for (const address of addresses) URL.revokeObjectURL(address);
    },
    [addresses],
  );
  return (
    <div className={styles['previews']}>
      {addresses.map((address) => (
        <img key={address} src={address} alt="" />
      ))}
      {files.length > shown ? <span>and {(files.length - shown).toLocaleString('en-GB')} more</span> : null}
    </div>
  );
}

/** Asks where pasted pictures go: into a class, among the unlabelled ones, or only to be tried. */
export function PasteDialog({ files, onClose }: { readonly files: readonly File[]; readonly onClose: () => void }) {
  const headReady = usePage((state) => state.headReady);
  const isReading = usePage(({ ingest }) => ingest.phase !== 'idle');
  const { addToClass, tryFile } = useActions();
  const [className, setClassName] = useState(lastClass);
  const isUnlabelled = className.trim() === '';
  const add = (): void => {
    if (isReading) return;
    lastClass = className;
    void addToClass(files, isUnlabelled ? null : className, 'clipboard');
    onClose();
  };
  const [only] = files;
  return (
    <Dialog
      heading={files.length === 1 ? 'Where does the pasted picture go?' : 'Where do the pasted pictures go?'}
      size="small"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          {headReady && files.length === 1 && only !== undefined ? (
            <Button
              onPress={() => {
                void tryFile(only);
                onClose();
              }}
            >
              Only try it
            </Button>
          ) : null}
          <Button look="primary" isDisabled={isReading} onPress={add}>
            {isUnlabelled ? 'Add without a label' : `Add ${countOf(files.length, 'picture')}`}
          </Button>
        </>
      }
    >
      <Previews files={files} />
      <ClassField
        label="Class"
        hint={
          isReading
            ? 'Other pictures are still being read; this can be added when they are in.'
            : 'A class that is there, or the name of a new one. Empty: without a label.'
        }
        value={className}
        autoFocus
        onChange={setClassName}
        onEnter={add}
      />
    </Dialog>
  );
}
