import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError, type ErrorCode, type ErrorRecord } from '../../domain/errors';

/** Frames are scaled down to the network's 224 pixels anyway. */
const wanted = { width: { ideal: 640 }, height: { ideal: 480 } };

/** `paused`: the page was hidden, and a camera nobody looks at is off. */
export type CameraPhase = 'starting' | 'on' | 'paused' | 'failed';

export interface Camera {
  readonly phase: CameraPhase;
  readonly error: ErrorRecord | null;
  /** For the `video` element that shows it. */
  readonly attach: (video: HTMLVideoElement | null) => void;
  readonly turnOn: () => void;
  /** The picture that is shown now, as JPEG; null when there is none. */
  readonly takeFrame: () => Promise<Blob | null>;
}

/** DOMException names of getUserMedia, as its specification lists them. */
const codes: Readonly<Record<string, ErrorCode>> = {
  NotAllowedError: 'camera-refused',
  SecurityError: 'camera-refused',
  NotFoundError: 'camera-absent',
  OverconstrainedError: 'camera-absent',
  NotReadableError: 'camera-in-use',
  AbortError: 'camera-in-use',
};

function explain(thrown: unknown): ErrorRecord {
  const code = thrown instanceof DOMException ? codes[thrown.name] : undefined;
  return code === undefined ? describeError('unexpected', { detail: String(thrown) }) : describeError(code);
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** A plain http page has no `mediaDevices`, whatever TypeScript says. */
function findDevices(): MediaDevices | undefined {
  return navigator.mediaDevices;
}

/** A camera that is on from mount to unmount, and off while the page is hidden. Its pictures go nowhere by themselves. */
export function useCamera(): Camera {
  const [phase, setPhase] = useState<CameraPhase>('starting');
  const [error, setError] = useState<ErrorRecord | null>(null);
  const [attempt, setAttempt] = useState(0);
  const video = useRef<HTMLVideoElement | null>(null);
  const stream = useRef<MediaStream | null>(null);

  const show = useCallback(() => {
    if (video.current === null || video.current.srcObject === stream.current) return;
    video.current.srcObject = stream.current;
    // Refused only where the element goes away meanwhile.
    if (stream.current !== null) video.current.play().catch(() => undefined);
  }, []);
  const attach = useCallback(
    (element: HTMLVideoElement | null) => {
      video.current = element;
      show();
    },
    [show],
  );

  useEffect(() => {
    let isWanted = true;
    const end = (next: CameraPhase, why: ErrorRecord | null): void => {
      stop(stream.current);
      stream.current = null;
      show();
      setPhase(next);
      setError(why);
    };
    const open = async (): Promise<void> => {
      const devices = findDevices();
      if (devices === undefined) {
        end('failed', describeError('camera-insecure-address'));
        return;
      }
      try {
        const opened = await devices.getUserMedia({ video: wanted, audio: false });
        if (!isWanted) {
          stop(opened);
          return;
        }
        stream.current = opened;
        // Comes when the device is unplugged or the permission withdrawn, not after our own stop().
        for (const track of opened.getTracks())
          track.addEventListener('ended', () => {
            if (isWanted && stream.current === opened) end('failed', describeError('camera-gone'));
          });
        show();
        setPhase('on');
      } catch (thrown) {
        if (isWanted) end('failed', explain(thrown));
      }
    };
    const hide = (): void => {
      if (document.visibilityState === 'hidden' && stream.current !== null) end('paused', null);
    };
    document.addEventListener('visibilitychange', hide);
    void open();
    return () => {
      isWanted = false;
      document.removeEventListener('visibilitychange', hide);
      stop(stream.current);
      stream.current = null;
      show();
    };
  }, [attempt, show]);

  const turnOn = useCallback(() => {
    setPhase('starting');
    setError(null);
    setAttempt((former) => former + 1);
  }, []);

  const takeFrame = useCallback(async (): Promise<Blob | null> => {
    const element = video.current;
    if (stream.current === null || element === null || element.videoWidth === 0) return null;
    const canvas = document.createElement('canvas');
    canvas.width = element.videoWidth;
    canvas.height = element.videoHeight;
    canvas.getContext('2d')?.drawImage(element, 0, 0);
    return new Promise((resolve) => {
      canvas.toBlob(resolve, 'image/jpeg', 0.92);
    });
  }, []);

  return { phase, error, attach, turnOn, takeFrame };
}
