import { useEffect, useRef, useState } from 'react';
import { selectSamplesByClass } from '../../store/selectors';
import { ClassField } from '../data/class-field';
import { Button, Dialog } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf } from '../words';
import { CameraView } from './camera-view';
import styles from './camera.module.css';
import { useCamera } from './use-camera';
import { mostFrames, useRecording } from './use-recording';

interface Waiting {
  readonly className: string;
  readonly frames: readonly File[];
}

/** Records pictures of a class for as long as a button or Space is held. */
export function RecordDialog({ onClose }: { readonly onClose: () => void }) {
  const camera = useCamera();
  const { addToClass } = useActions();
  const isIdle = usePage(({ ingest }) => ingest.phase === 'idle');
  const [className, setClassName] = useState('');
  /** Recordings made while the one before is still being read. */
  const [waiting, setWaiting] = useState<readonly Waiting[]>([]);
  const recording = useRecording(camera, (frames) => {
    setWaiting((former) => [...former, { className, frames }]);
  });
  const [next] = waiting;
  const isSending = useRef(false);
  useEffect(() => {
    if (!isIdle || isSending.current || next === undefined) return;
    isSending.current = true;
    void addToClass(next.frames, next.className, 'camera').finally(() => {
      isSending.current = false;
      setWaiting((former) => former.slice(1));
    });
  }, [isIdle, next, addToClass]);

  // Recordings not yet read would be lost with the dialog.
  const isAdding = waiting.length > 0;
  const canRecord = camera.phase === 'on' && className.trim() !== '';
  const { isRecording, frames, rate, start, stop } = recording;
  const close = (): void => {
    if (isRecording) stop();
    else if (!isAdding) onClose();
  };
  return (
    <Dialog
      heading="Record with the camera"
      isOpen
      onOpenChange={close}
      actions={
        <Button isDisabled={isRecording || isAdding} onPress={close}>
          {isAdding ? 'Adding pictures…' : 'Done'}
        </Button>
      }
    >
      <div className={styles['recorder']}>
        <CameraView camera={camera} label="What the camera sees" />
        <ClassField
          label="Class"
          hint="Name what you will show: a class that is there, or a new one."
          value={className}
          autoFocus
          isDisabled={isRecording}
          onChange={setClassName}
          onEnter={() => undefined}
        />
        <div className={styles['row']} data-recording={isRecording}>
          <Button look="primary" isDisabled={!canRecord} onPressStart={start} onPressEnd={stop}>
            {isRecording ? 'Recording…' : 'Hold to record'}
          </Button>
          <span className={styles['figures']}>
            {isRecording
              ? `${countOf(frames, 'picture')}${rate === null ? '' : ` · ${rate.toFixed(1)} a second`}`
              : canRecord
                ? 'Hold this button, or Space while it has the focus.'
                : camera.phase === 'on'
                  ? 'Name the class first.'
                  : ''}
          </span>
        </div>
        <Recorded />
        <p className={styles['hint']}>
          Pictures stay in this browser. A recording is a group: it goes whole to training, validation or test, so record each
          class several times. One holds {mostFrames.toLocaleString('en-GB')} pictures at most.
        </p>
      </div>
    </Dialog>
  );
}

/** What was recorded so far, class by class. */
function Recorded() {
  const byClass = usePage(selectSamplesByClass);
  const rows = [...byClass].flatMap(([className, samples]) => {
    const recorded = samples.filter(({ recording }) => recording !== null);
    const recordings = new Set(recorded.map(({ recording }) => recording)).size;
    return className === null || recordings === 0 ? [] : [{ className, pictures: recorded.length, recordings }];
  });
  return (
    <ul role="status" className={styles['counts']} aria-label="Recorded">
      {rows.map(({ className, pictures, recordings }) => (
        <li key={className}>
          <b>{className}</b>: {countOf(pictures, 'picture')} in {countOf(recordings, 'recording')}
        </li>
      ))}
    </ul>
  );
}
