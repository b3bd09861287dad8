import { useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { evidenceSide, showSum } from '../../domain/evaluation/evidence';
import { formatMeasure } from '../charts/format';
import { Button, Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import type { ChosenEvidence, EvidenceChoice } from './evidence-choice';
import { strongestCell } from './evidence-map';
import styles from './evidence.module.css';

/** Decimals of the sum check; the logits above it have as many. */
const digits = 3;

export interface EvidenceSectionProps {
  /** Null where evidence is off or on its way. */
  readonly chosen: ChosenEvidence | null;
  readonly classNames: readonly string[];
  readonly onChoose: (choice: EvidenceChoice) => void;
  readonly isCovering: boolean;
  readonly onCovering: (isCovering: boolean) => void;
}

function Legend({ chosen, classNames }: { readonly chosen: ChosenEvidence; readonly classNames: readonly string[] }) {
  const { insteadIndex, classIndex, evidence } = chosen;
  const most = formatMeasure(strongestCell(evidence.cells));
  return (
    <p className={styles['legend']}>
      <span>{insteadIndex === null ? 'against' : `for ${classNames[insteadIndex] ?? ''}`}</span>
      <span>−{most}</span>
      <i aria-hidden="true" />
      <span>+{most}</span>
      <span>for {classNames[classIndex] ?? ''}</span>
    </p>
  );
}

/** Bias and cells beside the logit: it is the same number, to the last digit shown. */
function SumCheck({ chosen }: { readonly chosen: ChosenEvidence }) {
  const { bias, cells, logit, holds } = showSum(chosen.evidence, chosen.logit, digits);
  return (
    <p className={styles['sum']} data-testid="evidence-sum">
      <Term name="bias" /> {bias} + <Term name="evidence">49 parts</Term> {cells} = <Term name="logits">logit</Term> {logit}{' '}
      <span role="img" aria-label={holds ? 'adds up' : 'does not add up'}>
        {holds ? '✓' : '✗'}
      </span>
    </p>
  );
}

function CellTable({ chosen }: { readonly chosen: ChosenEvidence }) {
  const rows = Array.from({ length: evidenceSide }, (_, row) => row);
  return (
    <div className={styles['table']} role="region" aria-label="Evidence, table" tabIndex={0}>
      <table>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              {rows.map((column) => (
                <td key={column}>{(chosen.evidence.cells[row * evidenceSide + column] ?? Number.NaN).toFixed(2)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What was said before a part was covered, beside what is said now. */
function Moved({ classNames }: { readonly classNames: readonly string[] }) {
  const { prediction, uncovered } = usePage(({ trial }) => trial);
  if (prediction === null || uncovered === null) return null;
  const { classIndex } = uncovered;
  const [before, now] = [uncovered.logits[classIndex] ?? Number.NaN, prediction.logits[classIndex] ?? Number.NaN];
  return (
    <p className={styles['moved']} role="status">
      Whole: {uncovered.className}, logit of {classNames[classIndex] ?? ''} {before.toFixed(digits)}. Covered:{' '}
      {prediction.className}, {now.toFixed(digits)} ({now >= before ? '+' : '−'}
      {Math.abs(now - before).toFixed(digits)}).
    </p>
  );
}

/** Why: what each part of the picture adds to the logit of a class; and what happens when a part is covered. */
export function EvidenceSection({ chosen, classNames, onChoose, isCovering, onCovering }: EvidenceSectionProps) {
  const show = usePage(({ showEvidence }) => showEvidence);
  const hasCovered = usePage(({ trial }) => trial.covered.length > 0);
  const { chooseEvidence, coverSquares } = useActions();
  const [showTable, setShowTable] = useState(false);
  return (
    <section className={styles['section']} aria-label="Evidence">
      <div className={styles['bar']}>
        <ToggleButton
          className={styles['toggle'] ?? ''}
          isSelected={show}
          onChange={(next) => {
            onCovering(false);
            void chooseEvidence(next);
          }}
        >
          Evidence
        </ToggleButton>
        {chosen === null ? null : (
          <>
            <ToggleButton className={styles['toggle'] ?? ''} isSelected={isCovering} onChange={onCovering}>
              Cover this
            </ToggleButton>
            <ToggleButton className={styles['toggle'] ?? ''} isSelected={showTable} onChange={setShowTable}>
              Table
            </ToggleButton>
          </>
        )}
        {hasCovered ? (
          <Button small look="quiet" onPress={() => void coverSquares([])}>
            Show it whole
          </Button>
        ) : null}
      </div>
      {chosen === null ? null : (
        <>
          {isCovering ? (
            <p className={styles['hint']}>
              Paint over a part of the picture, or move with the arrow keys and press the space bar.
            </p>
          ) : null}
          <Moved classNames={classNames} />
          <Legend chosen={chosen} classNames={classNames} />
          <SumCheck chosen={chosen} />
          <div className={styles['choice']}>
            <Field label="For">
              {(control) => (
                <select
                  {...control}
                  value={chosen.classIndex}
                  onChange={(event) => {
                    onChoose({ classIndex: Number(event.target.value), insteadIndex: chosen.insteadIndex });
                  }}
                >
                  {classNames.map((name, index) => (
                    <option key={index} value={index}>
                      {name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field label="Instead of">
              {(control) => (
                <select
                  {...control}
                  value={chosen.insteadIndex ?? ''}
                  onChange={({ target: { value } }) => {
                    onChoose({ classIndex: chosen.classIndex, insteadIndex: value === '' ? null : Number(value) });
                  }}
                >
                  <option value="">nothing</option>
                  {classNames.map((name, index) =>
                    index === chosen.classIndex ? null : (
                      <option key={index} value={index}>
                        {name}
                      </option>
                    ),
                  )}
                </select>
              )}
            </Field>
          </div>
          {showTable ? <CellTable chosen={chosen} /> : null}
        </>
      )}
    </section>
  );
}
