import { useState } from 'react';
import type { SamplePrediction } from '../../domain/history';
import { selectSampleIndex } from '../../store/selectors';
import { formatMeasure, formatShare } from '../charts/format';
import { Button, Field } from '../primitives';
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
  const [chosen, setChosen] = useState(present.includes(predicted) ? predicted : (present[0] ?? ''));
  if (sample === undefined) return null;
  const label = classNames[labelIndex] ?? '';
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
        <Field label="Class">
          {(control) => (
            <select
              {...control}
              value={chosen}
              onChange={(event) => {
                setChosen(event.target.value);
              }}
            >
              {present.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
        <Button
          isDisabled={chosen === sample.className}
          onPress={() => {
            dispatch({ kind: 'move-samples', ids: [sampleId], className: chosen });
          }}
        >
          Relabel
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
