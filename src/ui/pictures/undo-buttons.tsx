import { Redo2, Undo2 } from 'lucide-react';
import type { CommandLog } from '../../domain/command-log';
import { IconButton } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './pictures.module.css';
import { describeStep } from './undo-words';

function wordsOf(verb: string, { document }: CommandLog, step: CommandLog['past'][number] | undefined): string {
  return step === undefined ? verb : `${verb}: ${describeStep(step, document)}`;
}

/** Undo and redo, each with what it would do. */
export function UndoButtons() {
  const project = usePage((state) => state.project);
  const isReading = usePage(({ ingest }) => ingest.phase !== 'idle');
  const { undo, redo } = useActions();
  const [past, future] = [project.past.at(-1), project.future.at(-1)];
  return (
    <span className={styles['undo']}>
      <IconButton label={wordsOf('Undo', project, past)} isDisabled={isReading || past === undefined} onPress={undo}>
        <Undo2 size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={wordsOf('Redo', project, future)} isDisabled={isReading || future === undefined} onPress={redo}>
        <Redo2 size={16} aria-hidden="true" />
      </IconButton>
    </span>
  );
}
