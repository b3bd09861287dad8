import { selectStart } from '../../store/start-selectors';
import { formatCount } from '../charts/format';
import { Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './settings.module.css';

/** What Train begins with, once there is a model that it could go on from. */
export function StartChoice({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const { offered, value, reasonNot, run } = usePage(selectStart);
  const hasClasses = usePage(({ project }) => project.document.classNames.length >= 2);
  const { setStart } = useActions();
  if (run === null || !hasClasses) return null;
  const number = formatCount(run.number);
  const of = run.imported === undefined ? '' : ` (${run.imported.fileName})`;
  return (
    <div className={styles['start']}>
      <Field
        label="Start from"
        // While it is chosen Train says what is in the way; what to do about it stands here.
        {...(reasonNot === null ? {} : { hint: value === 'present' ? reasonNot.remedy : reasonNot.message })}
      >
        {(control) => (
          <select
            {...control}
            name="start"
            value={value}
            disabled={isReadOnly}
            onChange={({ target }) => {
              setStart(target.value === 'present' ? 'present' : 'new');
            }}
          >
            <option value="new">A new head</option>
            <option value="present" disabled={!offered}>
              Run {number}’s model{of}
            </option>
          </select>
        )}
      </Field>
    </div>
  );
}
