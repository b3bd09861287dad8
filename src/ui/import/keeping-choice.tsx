import { RadioButton, RadioField, RadioGroup, Label } from 'react-aria-components';
import { describeError } from '../../domain/errors';
import type { Keeping, KeepingPlan } from '../../domain/projects';
import { ErrorNote } from '../primitives';
import { useActions } from '../store-context';
import { countOf, formatBytes } from '../words';
import styles from './import.module.css';

export interface KeepingChoiceProps {
  readonly plan: KeepingPlan;
  readonly keeping: Keeping;
}

/** Whether pictures are copied into this browser for later visits or left where they are, with what each costs. */
export function KeepingChoice({ plan, keeping }: KeepingChoiceProps) {
  const { chooseKeeping } = useActions();
  const { bytes, free, leavable, fits } = plan;
  const room = free === null ? '' : ` of ${formatBytes(free)} that are left`;
  const full = fits ? null : <ErrorNote record={describeError('storage-full')} tone="warn" />;
  if (leavable.pictures === 0) {
    return (
      <div className={styles['keeping']}>
        <p className={styles['muted']}>
          They are copied into this browser for your next visits: {formatBytes(bytes)}
          {room}.
        </p>
        {full}
      </div>
    );
  }
  const copied = bytes - leavable.bytes;
  return (
    <div className={styles['keeping']}>
      <RadioGroup
        value={keeping}
        onChange={(value) => {
          chooseKeeping(value === 'leave' ? 'leave' : 'copy');
        }}
      >
        <Label className={styles['legend'] ?? ''}>For your next visits</Label>
        <RadioField value="copy">
          <RadioButton className={styles['radio'] ?? ''}>
            <span>
              <b>Copy them into this browser</b>, {formatBytes(bytes)}
              {room}. They are there whatever happens to the folder.
            </span>
          </RadioButton>
        </RadioField>
        <RadioField value="leave">
          <RadioButton className={styles['radio'] ?? ''}>
            <span>
              <b>Leave them where they are</b>, {copied <= 0 ? 'no room' : `${formatBytes(copied)} for what cannot be left`}. The
              browser asks again at each visit whether the page may read the folder ({countOf(leavable.pictures, 'picture')},{' '}
              {formatBytes(leavable.bytes)}).
            </span>
          </RadioButton>
        </RadioField>
      </RadioGroup>
      {keeping === 'copy' ? full : null}
    </div>
  );
}
