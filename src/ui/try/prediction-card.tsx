import { useState, type ReactNode } from 'react';
import { VisuallyHidden } from 'react-aria-components';
import type { ShownExplanation } from '../../domain/evaluation/inspection';
import type { Prediction } from '../../domain/history';
import { selectSampleIndex } from '../../store/selectors';
import type { PageState, TrialTarget } from '../../store/state';
import { formatLogits, formatMilliseconds, formatShare } from '../charts/format';
import { Chip, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import { AlikeSection } from './alike-section';
import { CoverGrid } from './cover-grid';
import { chooseEvidence, type ChosenEvidence, type EvidenceChoice } from './evidence-choice';
import { EvidenceMap } from './evidence-map';
import { EvidenceSection } from './evidence-section';
import { FittedCanvas } from './fitted-canvas';
import { PixelCanvas } from './pixel-canvas';
import styles from './prediction-card.module.css';
import { ProbabilityBars } from './probability-bars';
import { UnlikeNote } from './unlike-note';

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

interface PictureProps {
  readonly target: TrialTarget;
  readonly name: string;
  readonly explanation: ShownExplanation | null;
  readonly chosen: ChosenEvidence | null;
  readonly isCovering: boolean;
  readonly classNames: readonly string[];
}

/** The picture, as the network saw it where that is known, under what is drawn over it. */
function Picture({ target, name, explanation, chosen, isCovering, classNames }: PictureProps) {
  const covered = usePage(({ trial }) => trial.covered);
  const { coverSquares } = useActions();
  return (
    <div className={styles['picture']}>
      {explanation !== null ? (
        <PixelCanvas pixels={explanation.pixels} name={name} />
      ) : target.kind === 'sample' ? (
        <FittedCanvas sampleId={target.sampleId} name={name} />
      ) : (
        <img src={target.url} alt={name} />
      )}
      {chosen === null || isCovering ? null : (
        <EvidenceMap
          evidence={chosen.evidence}
          label={`What speaks for ${classNames[chosen.classIndex] ?? ''}; the table shows the numbers`}
        />
      )}
      {isCovering && explanation !== null ? (
        <CoverGrid covered={covered} onCover={(squares) => void coverSquares(squares)} />
      ) : null}
    </div>
  );
}

interface AnswerProps {
  readonly target: TrialTarget;
  readonly prediction: Prediction;
  /** What must be known before the numbers are believed. */
  readonly children: ReactNode;
}

function Answer({ target, prediction, children }: AnswerProps) {
  const classNames = usePage(selectClassNames);
  const showEvidence = usePage((state) => state.showEvidence);
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
      {children}
      <ProbabilityBars prediction={prediction} classNames={classNames} />
      {/* One switch folds both away: who wants no evidence is not asked to read logits. */}
      <details key={String(showEvidence)} open={showEvidence} className={styles['numbers']}>
        <summary>Numbers</summary>
        <dl className={styles['facts']}>
          <dt>
            <Term name="logits" />
          </dt>
          <dd tabIndex={prediction.logits.length > 8 ? 0 : undefined}>{formatLogits(prediction.logits)}</dd>
          <dt>
            <Term name="argmax" />
          </dt>
          <dd>{prediction.classIndex}</dd>
          <dt>time</dt>
          <dd>{formatMilliseconds(prediction.milliseconds)}</dd>
        </dl>
      </details>
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
  const { prediction, uncovered, explanation, busy, error } = usePage(({ trial }) => trial);
  const classNames = usePage(selectClassNames);
  const name = useTargetName(target);
  const [choice, setChoice] = useState<EvidenceChoice>({ classIndex: null, insteadIndex: null });
  const [isCovering, setIsCovering] = useState(false);
  const chosen = explanation === null ? null : chooseEvidence(explanation, choice);
  return (
    <div className={styles['card']}>
      <figure className={styles['figure']}>
        <Picture
          key={target.kind === 'sample' ? target.sampleId : target.url}
          {...{ target, name, explanation, chosen, isCovering, classNames }}
        />
        <figcaption title={name}>{name}</figcaption>
      </figure>
      <div className={styles['answer']}>
        {error === null ? null : <ErrorNote record={error} tone={error.code === 'head-absent' ? 'neutral' : 'bad'} />}
        {prediction === null ? null : (
          <Answer target={target} prediction={prediction}>
            <UnlikeNote prediction={uncovered ?? prediction} />
          </Answer>
        )}
        {busy && prediction === null ? <Skeleton /> : null}
      </div>
      {prediction === null ? null : (
        <div className={styles['evidence']}>
          <AlikeSection prediction={uncovered ?? prediction} />
          <EvidenceSection {...{ chosen, classNames, isCovering }} onChoose={setChoice} onCovering={setIsCovering} />
        </div>
      )}
    </div>
  );
}
