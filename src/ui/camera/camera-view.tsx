import { Button, ErrorNote } from '../primitives';
import styles from './camera.module.css';
import type { Camera } from './use-camera';

/** What the camera sees; where it sees nothing, why, and the way to turn it on. */
export function CameraView({ camera, label }: { readonly camera: Camera; readonly label: string }) {
  const { phase, error, attach, turnOn } = camera;
  return (
    <div className={styles['view']}>
      <video ref={attach} className={styles['video']} muted playsInline hidden={phase !== 'on'} aria-label={label} />
      {phase === 'starting' ? (
        <p role="status" className={styles['waiting']}>
          Waiting for the camera. The browser may ask whether this page may use it.
        </p>
      ) : null}
      {phase === 'paused' ? (
        <p role="status" className={styles['waiting']}>
          The camera was turned off while the page was hidden.
        </p>
      ) : null}
      {error === null ? null : <ErrorNote record={error} />}
      {phase === 'paused' || phase === 'failed' ? <Button onPress={turnOn}>Turn the camera on</Button> : null}
    </div>
  );
}
