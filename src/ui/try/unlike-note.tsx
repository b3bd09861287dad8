import { isUnlike } from '../../domain/evaluation/likeness';
import type { Prediction } from '../../domain/history';
import { formatShare } from '../charts/format';
import { Term } from '../terms/term';
import styles from './alike.module.css';

export interface UnlikeNoteProps {
  readonly prediction: Prediction;
  /** It changes several times a second: it is not read out then. */
  readonly isLive?: boolean;
}

/** Says that the head never saw anything like this picture, however sure it is; nothing where that is not so, or not known. */
export function UnlikeNote({ prediction: { likeness }, isLive = false }: UnlikeNoteProps) {
  if (likeness === undefined || likeness.limit === null || !isUnlike(likeness)) return null;
  return (
    <p className={styles['unlike']} data-testid="unlike" {...(isLive ? {} : { role: 'status' })}>
      <b>Unlike anything it was trained on:</b> its third nearest training picture is {formatShare(likeness.similarity)}{' '}
      <Term name="similarity">alike</Term>; <Term name="usual likeness">usual</Term> is {formatShare(likeness.limit)} or more. The
      answer may mean nothing.
    </p>
  );
}
