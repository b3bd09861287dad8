import { useEffect, useState } from 'react';
import { toHeadstartError, type ErrorRecord } from '../../domain/errors';
import type { Prediction } from '../../domain/history';
import type { PageState } from '../../store/state';
import { formatShare } from '../charts/format';
import { Button, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { ProbabilityBars } from '../try/probability-bars';
import { UnlikeNote } from '../try/unlike-note';
import { CameraView } from './camera-view';
import styles from './camera.module.css';
import { useCamera } from './use-camera';

const noClasses: readonly string[] = [];
const selectClassNames = ({ headRun }: PageState): readonly string[] => headRun?.classNames ?? noClasses;
/** How much of the shown rate the latest prediction decides: it should be read, not flicker. */
const share = 0.3;

interface Answer {
  readonly prediction: Prediction;
  /** Predictions a second. */
  readonly rate: number | null;
}

/** What the head says of the camera's pictures, one after another: the next frame is taken when the last is answered. */
export function LiveCamera({ onClose }: { readonly onClose: () => void }) {
  const camera = useCamera();
  const { predictFrame } = useActions();
  const classNames = usePage(selectClassNames);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<ErrorRecord | null>(null);
  const { phase, takeFrame } = camera;

  useEffect(() => {
    if (phase !== 'on') return;
    const controller = new AbortController();
    const { signal } = controller;
    const isOver = (): boolean => signal.aborted;
    const predict = async (): Promise<void> => {
      let rate: number | null = null;
      while (!isOver()) {
        const started = performance.now();
        const frame = await takeFrame();
        if (isOver()) return;
        if (frame === null) {
          // The camera has no picture yet.
          await new Promise((resolve) => requestAnimationFrame(resolve));
          continue;
        }
        const prediction = await predictFrame(frame, signal);
        const latest = 1000 / (performance.now() - started);
        rate = rate === null ? latest : rate + (latest - rate) * share;
        if (!isOver()) setAnswer({ prediction, rate });
      }
    };
    predict().catch((thrown: unknown) => {
      if (!signal.aborted) setError(toHeadstartError(thrown).toRecord());
    });
    return () => {
      controller.abort();
    };
  }, [phase, takeFrame, predictFrame]);

  const prediction = answer?.prediction ?? null;
  return (
    <div className={styles['live']} data-testid="live-camera">
      <CameraView camera={camera} label="What the camera sees" />
      {error === null ? null : <ErrorNote record={error} />}
      {prediction === null ? null : (
        <>
          <div className={styles['row']}>
            <strong data-testid="live-class">{prediction.className}</strong>
            <span className={styles['figures']}>
              {formatShare(prediction.probabilities[prediction.classIndex] ?? Number.NaN)}
              {answer?.rate === null || phase !== 'on' ? '' : ` · ${(answer?.rate ?? 0).toFixed(1)} predictions a second`}
            </span>
          </div>
          <UnlikeNote prediction={prediction} isLive />
          <ProbabilityBars prediction={prediction} classNames={classNames} />
        </>
      )}
      <div className={styles['row']}>
        <Button onPress={onClose}>Turn the camera off</Button>
        <span className={styles['hint']}>Its pictures stay in this browser and are not kept.</span>
      </div>
    </div>
  );
}
