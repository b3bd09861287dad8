import { useCallback, useEffect, useRef, useState } from 'react';
import type { Camera } from './use-camera';

/** Frames a second that are tried for: neighbours at a higher rate hardly differ. */
export const framesPerSecond = 5;
/** A minute: nobody holds longer by intent, and more would fill the memory. */
export const mostFrames = 60 * framesPerSecond;

export interface Recording {
  readonly isRecording: boolean;
  readonly frames: number;
  /** Frames a second as measured; null before the second frame. */
  readonly rate: number | null;
  readonly start: () => void;
  readonly stop: () => void;
}

/** Takes frames while it is held; `onEnd` gets them when it is let go, when it is full, or when the camera goes. */
export function useRecording(camera: Camera, onEnd: (frames: readonly File[]) => void): Recording {
  const [isRecording, setRecording] = useState(false);
  const [frames, setFrames] = useState(0);
  const [rate, setRate] = useState<number | null>(null);
  const taken = useRef<File[]>([]);
  const latest = useRef(onEnd);
  useEffect(() => {
    latest.current = onEnd;
  }, [onEnd]);

  const stop = useCallback(() => {
    setRecording(false);
    const files = taken.current;
    taken.current = [];
    if (files.length > 0) latest.current(files);
  }, []);
  const start = useCallback(() => {
    taken.current = [];
    setFrames(0);
    setRate(null);
    setRecording(true);
  }, []);

  const { takeFrame, phase } = camera;
  useEffect(() => {
    if (!isRecording) return;
    const started = performance.now();
    let isTaking = false;
    let isOn = true;
    const take = async (): Promise<void> => {
      if (phase !== 'on') {
        await Promise.resolve();
        stop();
        return;
      }
      // A slow machine leaves frames out; it never gathers a queue.
      if (isTaking) return;
      isTaking = true;
      const frame = await takeFrame();
      isTaking = false;
      if (!isOn || frame === null) return;
      taken.current.push(new File([frame], 'frame.jpg', { type: 'image/jpeg' }));
      const count = taken.current.length;
      setFrames(count);
      if (count > 1) setRate((count - 1) / ((performance.now() - started) / 1000));
      if (count >= mostFrames) stop();
    };
    void take();
    const timer = setInterval(() => void take(), 1000 / framesPerSecond);
    return () => {
      isOn = false;
      clearInterval(timer);
    };
  }, [isRecording, phase, takeFrame, stop]);

  return { isRecording, frames, rate, start, stop };
}
