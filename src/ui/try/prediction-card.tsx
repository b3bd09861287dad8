import { VisuallyHidden } from 'react-aria-components';
import type { Prediction } from '../../domain/history';
import { selectSampleIndex } from '../../store/selectors';
import type { PageState, TrialTarget } from '../../store/state';
import { formatLogits, formatMilliseconds, formatShare } from '../charts/format';
import { Chip, ErrorNote } from '../primitives';
import { usePage } from '../store-context';
import { FittedCanvas } from './fitted-canvas';
import styles from './prediction-card.module.css';
import { ProbabilityBars } from './probability-bars';

const noClasses: readonly string[] = [];

function selectClassNames({ headRun }: PageState): readonly string[] {
  return headRun?.classNames ?? noClasses;
}

function useTargetName(target: TrialTarget): string {
  const samples = usePage(selectSampleIndex);
  return target.kind === 'file' ? target.name : (samples.get(target.sampleId)?.name ?? 'picture');
}

/**
 * What the picture's label is and whether the prediction is right; null where no label is known.
 * Where the run kept the label's index it decides: a class may have been renamed since.
 */
function useLabel(
  target: TrialTarget,
  prediction: Prediction | null,
): { readonly name: string; readonly isRight: boolean } | null {
  const samples = usePage(selectSampleIndex);
  const predictions = usePage(({ run }) => run.predictions);
  if (target.kind === 'file' || prediction === null) return null;
  const sample = samples.get(target.sampleId);
  if (sample === undefined || sample.className === null) return null;
  const labelIndex = predictions.find(({ sampleId }) => sampleId === target.sampleId)?.labelIndex;
  const isRight = labelIndex === undefined ? sample.className === prediction.className : labelIndex === prediction.classIndex;
  return { name: sample.className, isRight };
}

function Picture({ target, name }: { readonly target: TrialTarget; readonly name: string }) {
  return (
    <div className={styles['picture']}>
      {target.kind === 'sample' ? <FittedCanvas sampleId={target.sampleId} name={name} /> : <img src={target.url} alt={name} />}
    </div>
  );
}

function Answer({ target, prediction }: { readonly target: TrialTarget; readonly prediction: Prediction }) {
  const classNames = usePage(selectClassNames);
  const label = useLabel(target, prediction);
  return (
    <>
      {/* Read out at once; the numbers below are there to be looked up. */}
      <VisuallyHidden role="status">
        {prediction.className}, {formatShare(prediction.probabilities[prediction.classIndex] ?? Number.NaN)}
        {label === null ? '' : `, label ${label.name}, ${label.isRight ? 'right' : 'wrong'}`}
      </VisuallyHidden>
      <div className={styles['verdict']}>
        <strong className={styles['class']} data-testid="predicted-class">
          {prediction.className}
        </strong>
        {label === null ? null : (
          <Chip tone={label.isRight ? 'ok' : 'bad'}>
            label: {label.name}{' '}
            <span role="img" aria-label={label.isRight ? 'right' : 'wrong'}>
              {label.isRight ? '✓' : '✗'}
            </span>
          </Chip>
        )}
      </div>
      <ProbabilityBars prediction={prediction} classNames={classNames} />
      <dl className={styles['facts']}>
        <dt>logits</dt>
        <dd tabIndex={prediction.logits.length > 8 ? 0 : undefined}>{formatLogits(prediction.logits)}</dd>
        <dt>argmax</dt>
        <dd>{prediction.classIndex}</dd>
        <dt>time</dt>
        <dd>{formatMilliseconds(prediction.milliseconds)}</dd>
      </dl>
    </>
  );
}

/** Its shape is known, so it is drawn before its numbers are. */
function Skeleton() {
  return (
    <div className={styles['skeleton']} role="status" aria-label="Predicting">
      <i />
      <i />
      <i />
    </div>
  );
}

/** One picture and everything the head says of it. */
export function PredictionCard({ target }: { readonly target: TrialTarget }) {
  const { prediction, busy, error } = usePage(({ trial }) => trial);
  const name = useTargetName(target);
  return (
    <div className={styles['card']}>
      <figure className={styles['figure']}>
        <Picture key={target.kind === 'sample' ? target.sampleId : target.url} target={target} name={name} />
        <figcaption title={name}>{name}</figcaption>
      </figure>
      <div className={styles['answer']}>
        {error === null ? null : <ErrorNote record={error} tone={error.code === 'head-absent' ? 'neutral' : 'bad'} />}
        {prediction === null ? null : <Answer target={target} prediction={prediction} />}
        {busy && prediction === null ? <Skeleton /> : null}
      </div>
    </div>
  );
}
