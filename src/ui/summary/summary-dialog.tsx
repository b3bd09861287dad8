import { useMemo, useState } from 'react';
import { HeadstartError } from '../../domain/errors';
import { modelSummary, parseInputShape } from '../../domain/summary';
import { convLayers } from '../../domain/vgg16';
import { formatCount } from '../charts/format';
import { Button, Dialog, Field } from '../primitives';
import { CopyButton } from '../train/copy-button';
import styles from './summary-dialog.module.css';

/** Sides to choose at once: the network's own, and the note's. */
const sides = [224, 244] as const;

export interface SummaryDialogProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly classCount: number;
  /** How many of the last convolutions train, 0 to 13. */
  readonly unfrozen: number;
}

interface Outcome {
  readonly text: string;
  readonly problem: string | null;
}

function summarise(shape: string, classes: number, unfrozenConvs: number): Outcome {
  try {
    return { text: modelSummary({ input: parseInputShape(shape), classes, unfrozenConvs }), problem: null };
  } catch (error) {
    if (error instanceof HeadstartError) return { text: '', problem: error.message };
    throw error;
  }
}

function describeUnfrozen(unfrozen: number): string {
  if (unfrozen === 0) return 'all convolutions frozen';
  if (unfrozen === convLayers.length) return 'all convolutions trained';
  return `the last ${unfrozen === 1 ? 'convolution' : `${formatCount(unfrozen)} convolutions`} trained, the others frozen`;
}

function withSide(shape: string, side: number): string {
  const [batch = '1'] = shape.split(',');
  return `${/^\s*\d+\s*$/.test(batch) ? batch.trim() : '1'}, 3, ${String(side)}, ${String(side)}`;
}

/** torchinfo's table of the present model, for an input shape that can be changed. */
export function SummaryDialog({ isOpen, onOpenChange, classCount, unfrozen }: SummaryDialogProps) {
  const [shape, setShape] = useState('1, 3, 224, 224');
  const [lastText, setLastText] = useState('');
  // A head needs two classes; before there are any, the smallest one is described.
  const classes = Math.max(2, classCount);
  const { text, problem } = useMemo(() => summarise(shape, classes, unfrozen), [shape, classes, unfrozen]);
  // While a shape is being typed the last good table stays, so that the dialog does not jump.
  if (problem === null && text !== lastText) setLastText(text);
  const shown = problem === null ? text : lastText;
  return (
    <Dialog
      heading="Model summary"
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      size="wide"
      actions={problem === null ? <CopyButton subject="summary" getText={() => text} /> : undefined}
    >
      <div className={styles['body']}>
        <div className={styles['controls']}>
          <Field label="Input shape: batch, channels, height, width" error={problem}>
            {(control) => (
              <input
                {...control}
                value={shape}
                inputMode="numeric"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => {
                  setShape(event.target.value);
                }}
              />
            )}
          </Field>
          <div className={styles['sides']} role="group" aria-label="Picture side">
            {sides.map((side) => (
              <Button
                key={side}
                onPress={() => {
                  setShape(withSide(shape, side));
                }}
              >
                {side} × {side}
              </Button>
            ))}
          </div>
        </div>
        <p className={styles['words']}>
          {formatCount(classes)} classes
          {classCount < 2 ? ' (no pictures yet)' : ''}, {describeUnfrozen(unfrozen)}. In brackets: parameters that do not train.
        </p>
        <pre
          className={problem === null ? styles['text'] : `${String(styles['text'])} ${String(styles['stale'])}`}
          tabIndex={0}
          aria-label="Summary"
        >
          {shown}
        </pre>
      </div>
    </Dialog>
  );
}
