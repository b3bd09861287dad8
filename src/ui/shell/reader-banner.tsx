import { Eye } from 'lucide-react';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './notices.module.css';

/** Stands while another tab has the project: here it is looked at. */
export function ReaderBanner() {
  const access = usePage((state) => state.access);
  const refusals = usePage(({ projects }) => projects.refusals);
  const isOpening = usePage(({ projects }) => projects.isOpening);
  const { takeOver, newProject } = useActions();
  if (access === 'owner') return null;
  return (
    <section className={styles['reader']} aria-label="Open in another tab">
      <Eye size={18} aria-hidden="true" />
      <p>
        <b>This project is open in another tab.</b> Here you see what is saved there, and nothing can be changed.{' '}
        {/* Read out at each refusal: the key makes it another sentence. */}
        <span role="status">{refusals === 0 ? null : <b key={refusals}>That was not done: take the project over first.</b>}</span>
      </p>
      <div className={styles['choices']}>
        <Button small isDisabled={isOpening} onPress={() => void takeOver()}>
          Take over
        </Button>
        <Button small look="quiet" isDisabled={isOpening} onPress={() => void newProject()}>
          New project
        </Button>
      </div>
    </section>
  );
}
