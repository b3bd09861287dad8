import { useState } from 'react';
import type { SamplePrediction } from '../../domain/history';
import { selectSampleIndex } from '../../store/selectors';
import { formatMeasure, formatShare } from '../charts/format';
import { ClassPicker } from '../pictures/class-picker';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import { Thumbnail } from '../try/thumbnail';
import styles from './judged-pictures.module.css';

export interface PictureActionsProps {
  readonly prediction: SamplePrediction;
  readonly classNames: readonly string[];
  readonly onClose: () => void;
}

/** One picture: what its label is and what was predicted; give it another label, drop it, or try it. */
export function PictureActions({ prediction, classNames, onClose }: PictureActionsProps) {
  const { sampleId, labelIndex, classIndex, probabilities, loss } = prediction;
  const sample = usePage(selectSampleIndex).get(sampleId);
  const present = usePage(({ project }) => project.document.classNames);
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const { dispatch, removeSamples, trySample, train } = useActions();
  const predicted = classNames[classIndex] ?? '';
  const [isPicking, setPicking] = useState(false);
  if (sample === undefined) return null;
  const label = classNames[labelIndex] ?? '';
  const relabel = (className: string | null) => {
    dispatch({ kind: 'move-samples', ids: [sampleId], className });
  };
  const isChanged = sample.className !== label && present.includes(label);
  return (
    <div className={styles['chosen']}>
      <div className={styles['thumbnail']}>
        <Thumbnail sampleId={sampleId} />
      </div>
      <div className={styles['words']}>
        <b title={sample.path}>{sample.name}</b>
        <span>label {sample.className ?? 'none'}</span>
        <span>
          predicted {predicted}, {formatShare(probabilities[classIndex] ?? Number.NaN)}
        </span>
        <span>
          <Term name="loss" /> {formatMeasure(loss)}
        </span>
      </div>
      <div className={styles['actions']}>
        {present.includes(predicted) && predicted !== sample.className ? (
          <Button
            onPress={() => {
              relabel(predicted);
            }}
          >
            Relabel as {predicted}
          </Button>
        ) : null}
        <Button
          onPress={() => {
            setPicking(true);
          }}
        >
          Another class…
        </Button>
        <Button onPress={() => void removeSamples([sampleId])}>Drop</Button>
        <Button
          onPress={() => {
            onClose();
            void trySample(sampleId);
          }}
        >
          Open in Try
        </Button>
      </div>
      {isPicking ? (
        <ClassPicker
          heading={`Label ${sample.name}`}
          without={sample.className ?? undefined}
          allowsNew
          allowsNone={false}
          onPick={relabel}
          onClose={() => {
            setPicking(false);
          }}
        />
      ) : null}
      {isChanged ? (
        <div className={styles['changed']} role="status">
          <span>
            The label is changed. The numbers here are still those of the run; from held features a new one takes seconds.
          </span>
          <Button
            isDisabled={isRunning}
            onPress={() => {
              onClose();
              void train();
            }}
          >
            Train again
          </Button>
        </div>
      ) : null}
    </div>
  );
}
