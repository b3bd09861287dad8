import { useState } from 'react';
import type { InterruptedRun } from '../../store/state';
import { selectMissingPictures } from '../../store/run-selectors';
import { formatCount } from '../charts/format';
import { Button, ConfirmDialog, ErrorNote } from '../primitives';
import prose from '../shell/prose.module.css';
import { useActions, usePage } from '../store-context';
import styles from './unfinished-run.module.css';

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** `Run 3 was interrupted on 27 Nov 2026, 18:04, in epoch 3 of 8 after 12 of its 40 steps.` */
export function interruptedWords({ number, savedAt, epoch, step, stepsPerEpoch }: InterruptedRun, epochs: number): string {
  const where =
    epoch >= epochs
      ? 'after its last epoch'
      : `in epoch ${formatCount(epoch + 1)} of ${formatCount(epochs)}, after ${formatCount(step)} of its ${formatCount(stepsPerEpoch)} steps`;
  return `Run ${formatCount(number)} was kept on ${times.format(new Date(savedAt))}, ${where}.`;
}

function DiscardDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { discardRun } = useActions();
  return (
    <ConfirmDialog
      heading="Discard this run?"
      confirm="Discard run"
      isOpen={isOpen}
      onClose={onClose}
      onConfirm={() => {
        void discardRun();
      }}
    >
      <div className={prose['prose']}>
        <p>What it has learnt is removed from this browser, and cannot be brought back. Pictures and settings stay.</p>
        <p>To keep what it has learnt so far, press Stop in place of this: the run ends where it is.</p>
      </div>
    </ConfirmDialog>
  );
}

/** A run that an earlier visit, or a worker that ended, left behind: where it stands, what it waits for, and the way to let it go. */
export function UnfinishedRun() {
  const interrupted = usePage(({ run }) => (run.phase === 'paused' ? run.interrupted : null));
  const epochs = usePage(({ run }) => run.config?.epochs ?? 0);
  const missing = usePage((state) => (state.run.phase === 'paused' ? selectMissingPictures(state)?.message : undefined));
  const isSaid = usePage(({ run }) => run.error?.code === 'run-pictures-missing');
  const [isAsking, setAsking] = useState(false);
  if (interrupted === null) return null;
  return (
    <div className={styles['unfinished']} role="status">
      <p>
        {interruptedWords(interrupted, epochs)} {missing === undefined || isSaid ? '' : `${missing} `}
        {missing === undefined
          ? 'Continue goes on from there, as if nothing had happened.'
          : isSaid
            ? ''
            : 'Add them again, then press Continue.'}
      </p>
      <Button
        small
        look="quiet"
        onPress={() => {
          setAsking(true);
        }}
      >
        Discard
      </Button>
      <DiscardDialog
        isOpen={isAsking}
        onClose={() => {
          setAsking(false);
        }}
      />
    </div>
  );
}

/** Why the run that goes on would be lost with the page. */
export function NotKeptNote() {
  const problem = usePage(({ run }) =>
    run.phase === 'running' || run.phase === 'stopping' || run.phase === 'paused' ? (run.kept?.problem ?? null) : null,
  );
  return problem === null ? null : <ErrorNote record={problem} tone="warn" />;
}
