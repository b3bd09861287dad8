import type { LandedPictures } from '../../store/state';
import { usePage } from '../store-context';
import { countOf } from '../words';
import styles from './data.module.css';

/** `1 pasted picture is now in “dog”.` */
export function landedWords({ count, className, origin }: LandedPictures): string {
  const pictures = countOf(count, origin === 'camera' ? 'recorded picture' : 'pasted picture');
  const verb = count === 1 ? 'is' : 'are';
  return `${pictures} ${verb} now ${className === null ? 'here without a label' : `in “${className}”`}.`;
}

/** Where pasted or recorded pictures went; read out when it changes. */
export function LandedNote() {
  const landed = usePage(({ ingest }) => ingest.landed);
  return (
    <p role="status" className={styles['landed']} hidden={landed === null}>
      {landed === null ? '' : landedWords(landed)}
    </p>
  );
}
