import type { ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components';
import { FileDropArea } from '../file-drop-area';
import { usePictureInput } from '../picture-input';
import { Button, Dialog, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { useKeptFocus } from '../use-kept-focus';
import styles from './many.module.css';
import { ManyGallery } from './many-gallery';
import { ManyProgress } from './many-progress';

/** A drop of anything that Data takes; the page around it, which would take it into the project, does not see it. */
function ManyDropArea({ children }: { readonly children: ReactNode }) {
  const { readDrop } = usePictureInput();
  const { predictMany } = useActions();
  const phase = usePage(({ many }) => many.phase);
  const ref = useKeptFocus<HTMLDivElement>(phase);
  return (
    <FileDropArea
      name="many"
      ref={ref}
      tabIndex={-1}
      className={styles['drop']}
      overClassName={styles['over']}
      take={(dropped) => {
        void predictMany(readDrop(dropped));
        return true;
      }}
    >
      {children}
    </FileDropArea>
  );
}

function Choices() {
  const { readFiles } = usePictureInput();
  const { predictMany } = useActions();
  const take = (files: FileList | null) => {
    if (files !== null && files.length > 0) void predictMany(readFiles(files));
  };
  return (
    <>
      <FileTrigger acceptDirectory onSelect={take}>
        <Button>Choose a folder</Button>
      </FileTrigger>
      <FileTrigger allowsMultiple onSelect={take}>
        <Button>Choose files</Button>
      </FileTrigger>
    </>
  );
}

/**
 * Predicts a folder, files or an archive, and shows what came as a gallery. Nothing of it joins the project.
 * The buttons stay while it works: choosing again begins anew, and whoever pressed one keeps the focus.
 */
export function ManyDialog({ onClose }: { readonly onClose: () => void }) {
  const phase = usePage(({ many }) => many.phase);
  const error = usePage(({ many }) => many.error);
  const hasAny = usePage(({ many }) => many.results.length > 0 || many.skipped.length > 0);
  const isWorking = phase === 'listing' || phase === 'predicting';
  return (
    <Dialog heading="Predict many" size="full" isOpen onOpenChange={onClose} actions={<Choices />}>
      <ManyDropArea>
        {error === null ? null : <ErrorNote record={error} />}
        <ManyProgress />
        {hasAny ? (
          <ManyGallery />
        ) : isWorking ? null : (
          <div className={styles['invitation']}>
            <p>Drop a folder, files or an archive here.</p>
            <p>
              Each picture is predicted and shown with its class. None joins the project, and none leaves this device. Where
              folders are named as the classes, you also see how many are right.
            </p>
          </div>
        )}
      </ManyDropArea>
    </Dialog>
  );
}
