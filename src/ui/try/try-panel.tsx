import { useEffect, useRef, useState, type ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components';
import { isModelFileName } from '../../domain/recognise/model-files';
import { LiveCamera } from '../camera/live-camera';
import { FileDropArea } from '../file-drop-area';
import { Button, Panel } from '../primitives';
import { useActions, usePage } from '../store-context';
import { HeldOutSection, KeptResult, useHeldOut } from './held-out-section';
import { PredictionCard } from './prediction-card';
import styles from './try-panel.module.css';

function ChooseButton() {
  const { tryFile } = useActions();
  return (
    <FileTrigger
      acceptedFileTypes={['image/*']}
      onSelect={(files) => {
        const file = files?.item(0);
        if (file !== null && file !== undefined) void tryFile(file);
      }}
    >
      <Button>Choose</Button>
    </FileTrigger>
  );
}

/** The one file of a drop; null for folders, for many files and for models: those are for the page around, which takes them. */
function findSingleFile(transfer: DataTransfer): File | null {
  const [item, second] = transfer.items;
  if (item === undefined || second !== undefined || item.kind !== 'file') return null;
  if (item.webkitGetAsEntry()?.isDirectory === true) return null;
  const file = item.getAsFile();
  return file === null || isModelFileName(file.name) ? null : file;
}

/** A picture dropped here is predicted; the page's own drop zone around it does not see it. */
function TryDropArea({ children }: { readonly children: ReactNode }) {
  const { tryFile } = useActions();
  return (
    <FileDropArea
      name="try"
      className={styles['drop']}
      overClassName={styles['over']}
      take={(dropped) => {
        const file = findSingleFile(dropped);
        if (file !== null) void tryFile(file);
        return file !== null;
      }}
    >
      {children}
    </FileDropArea>
  );
}

/** What stands in the place of a prediction, and what to do next. */
function Invitation({ hasPictures }: { readonly hasPictures: boolean }) {
  const headReady = usePage((state) => state.headReady);
  const [words, more] = headReady
    ? hasPictures
      ? ['Click a picture below, or choose, drop or paste one.', 'You see its class, the probabilities and the logits.']
      : ['Choose, drop or paste a picture.', 'The kept head says what it is.']
    : hasPictures
      ? ['Press Train first; then click a picture.', 'These are kept apart: the head never learns from them.']
      : [
          'Here you try what was trained.',
          'A click on a picture, or a new one that you choose or drop, shows its class, the probabilities and the logits.',
        ];
  return (
    <div className={styles['invitation']}>
      <p>{words}</p>
      <p className={styles['more']}>{more}</p>
    </div>
  );
}

/** After a new training the selected picture is asked again: the answer that stands there is the former head's. */
function useFreshAnswer(): void {
  const runId = usePage(({ headRun }) => headRun?.id ?? null);
  const target = usePage(({ trial }) => trial.target);
  const { trySample } = useActions();
  const answeredBy = useRef(runId);
  useEffect(() => {
    if (answeredBy.current === runId) return;
    answeredBy.current = runId;
    if (runId !== null && target?.kind === 'sample') void trySample(target.sampleId);
  }, [runId, target, trySample]);
}

/** The Try column: one picture and its prediction, and the pictures kept apart from training. */
export function TryPanel() {
  const target = usePage(({ trial }) => trial.target);
  const headReady = usePage((state) => state.headReady);
  const pictures = useHeldOut();
  const isTraining = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const [isLive, setLive] = useState(false);
  useFreshAnswer();
  // A run wants the device for itself, and whoever looks at a picture has stopped looking at the camera.
  const [lastTarget, setLastTarget] = useState(target);
  if (isLive && (isTraining || !headReady)) setLive(false);
  if (lastTarget !== target) {
    setLastTarget(target);
    if (target !== null) setLive(false);
  }
  return (
    <Panel
      step={3}
      heading="Try"
      aside={
        <>
          {headReady && !isLive ? (
            <Button
              isDisabled={isTraining}
              onPress={() => {
                setLive(true);
              }}
            >
              Camera
            </Button>
          ) : null}
          <ChooseButton />
        </>
      }
    >
      <TryDropArea>
        {isLive ? (
          <LiveCamera
            onClose={() => {
              setLive(false);
            }}
          />
        ) : target === null ? (
          <Invitation hasPictures={pictures.length > 0} />
        ) : (
          <PredictionCard target={target} />
        )}
        {pictures.length > 0 ? <HeldOutSection pictures={pictures} /> : headReady ? <KeptResult /> : null}
      </TryDropArea>
    </Panel>
  );
}
