import { useState } from 'react';
import type { Sample } from '../../domain/dataset';
import type { Proposal } from '../../store/state';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './pictures.module.css';

/** The least probabilities offered, per cent. */
const thresholds = [50, 70, 80, 90, 95, 99] as const;

export interface ProposalsBarProps {
  /** The unlabelled pictures that are shown. */
  readonly pictures: readonly Sample[];
}

/** The pictures whose proposal is at least so sure. */
function surestOf(pictures: readonly Sample[], proposals: ReadonlyMap<string, Proposal>, percent: number): readonly string[] {
  return pictures.flatMap(({ id }) => ((proposals.get(id)?.probability ?? 0) * 100 >= percent ? [id] : []));
}

/** What the trained head proposes for unlabelled pictures, and all of the sure ones accepted at once. */
export function ProposalsBar({ pictures }: ProposalsBarProps) {
  const proposals = usePage((state) => state.proposals);
  const { acceptProposals } = useActions();
  const [percent, setPercent] = useState<number>(95);
  const proposed = pictures.filter(({ id }) => proposals.has(id)).length;
  if (proposed === 0) return null;
  const sure = surestOf(pictures, proposals, percent);
  return (
    <div className={styles['proposals']} role="group" aria-label="Proposed labels">
      <span className={styles['grow']}>
        The model proposes labels for {proposed.toLocaleString('en-GB')} of {pictures.length.toLocaleString('en-GB')}. Enter
        accepts, digits correct.
      </span>
      <label className={styles['zoom']}>
        From
        <select
          className={styles['select']}
          aria-label="Least probability"
          value={percent}
          onChange={(event) => {
            setPercent(Number(event.target.value));
          }}
        >
          {thresholds.map((value) => (
            <option key={value} value={value}>
              {value} %
            </option>
          ))}
        </select>
      </label>
      <Button
        small
        isDisabled={sure.length === 0}
        onPress={() => {
          acceptProposals(sure);
        }}
      >
        Accept {sure.length.toLocaleString('en-GB')}
      </Button>
    </div>
  );
}
