import { useState } from 'react';
import type { SplitRules } from '../../domain/split-rules';
import { selectClassCounts, selectSplitCandidates, selectSplits } from '../../store/selectors';
import { Button, ClassSwatch, Dialog, Field } from '../primitives';
import { classColour } from '../palette';
import { useActions, usePage } from '../store-context';
import { countOf } from '../words';
import styles from './split-dialog.module.css';

const togetherWords: Readonly<Record<SplitRules['together'], string>> = {
  auto: 'Bursts, where photo dates show them',
  times: 'Pictures taken within 10 s of each other',
  pattern: 'Pictures whose names have the same piece',
  never: 'Each picture by itself',
};
const togetherOptions = ['auto', 'times', 'pattern', 'never'] as const;

/** A share as a percentage that can be typed: kept on leaving and Enter, as far as it is allowed. */
function ShareField({
  label,
  value,
  least,
  most,
  isDisabled,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly isDisabled: boolean;
  readonly onChange: (share: number) => void;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  const keep = (): void => {
    const typed = Number(draft);
    if (draft !== null && draft.trim() !== '' && Number.isFinite(typed))
      onChange(Math.min(most, Math.max(least, Math.round(typed) / 100)));
    setDraft(null);
  };
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          type="number"
          inputMode="numeric"
          min={least * 100}
          max={most * 100}
          disabled={isDisabled}
          value={draft ?? String(Math.round(value * 100))}
          onChange={(event) => {
            setDraft(event.target.value);
          }}
          onBlur={keep}
          onKeyDown={(event) => {
            if (event.key === 'Enter') keep();
          }}
        />
      )}
    </Field>
  );
}

/** How pictures are divided among train, validation and test, and how many each class has. */
export function SplitDialog({ onClose }: { readonly onClose: () => void }) {
  const rules = usePage(({ project }) => project.document.splitRules);
  const valFraction = usePage(({ project }) => project.document.settings.valFraction);
  const hasFolders = usePage(({ project }) => project.document.samples.some(({ folderSplit }) => folderSplit !== null));
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const { counts } = usePage(selectSplits);
  const { dispatch, changeSettings } = useActions();
  const change = (part: Partial<SplitRules>): void => {
    dispatch({ kind: 'change-split-rules', rules: { ...rules, ...part } });
  };
  return (
    <Dialog heading="Split and balance" isOpen onOpenChange={onClose} actions={<Button onPress={onClose}>Close</Button>}>
      <div className={styles['form']}>
        {hasFolders ? (
          <Field label="Who decides" hint="Pictures that you pinned stay where they are pinned.">
            {(control) => (
              <select
                {...control}
                value={rules.by}
                disabled={isRunning}
                onChange={(event) => {
                  change({ by: event.target.value === 'ratio' ? 'ratio' : 'folders' });
                }}
              >
                <option value="folders">The folders, chance for the rest</option>
                <option value="ratio">Chance, by the shares below</option>
              </select>
            )}
          </Field>
        ) : null}
        <div className={styles['pair']}>
          <ShareField
            label="Validation, per cent"
            value={valFraction}
            least={0.01}
            most={0.9}
            isDisabled={isRunning}
            onChange={(share) => {
              changeSettings({ valFraction: share });
            }}
          />
          <ShareField
            label="Test, per cent"
            value={rules.testFraction}
            least={0}
            most={0.5}
            isDisabled={isRunning}
            onChange={(testFraction) => {
              change({ testFraction });
            }}
          />
        </div>
        <Together rules={rules} isDisabled={isRunning} onChange={change} />
        <p className={styles['muted']} aria-live="polite">
          Now {counts.train.toLocaleString('en-GB')} train, {counts.val.toLocaleString('en-GB')} validation,{' '}
          {counts.test.toLocaleString('en-GB')} test. Each class is divided alike.
        </p>
        <Balance />
      </div>
    </Dialog>
  );
}

interface TogetherProps {
  readonly rules: SplitRules;
  readonly isDisabled: boolean;
  readonly onChange: (part: Partial<SplitRules>) => void;
}

/** What must not be torn apart, and what that finds. */
function Together({ rules, isDisabled, onChange }: TogetherProps) {
  const { grouping } = usePage(selectSplitCandidates);
  const found =
    grouping.count === 0
      ? 'No two pictures belong together by this.'
      : `${countOf(grouping.count, 'group')}, the largest of ${countOf(grouping.largest, 'picture')}. No group lies in two splits.`;
  return (
    <>
      <Field
        label="What stays together"
        term="kept together"
        hint={rules.together === 'never' ? 'Near copies may then lie in both splits.' : found}
      >
        {(control) => (
          <select
            {...control}
            value={rules.together}
            disabled={isDisabled}
            onChange={(event) => {
              onChange({ together: togetherOptions.find((option) => option === event.target.value) ?? 'auto' });
            }}
          >
            {togetherOptions.map((option) => (
              <option key={option} value={option}>
                {togetherWords[option]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {rules.together === 'pattern' ? (
        <Field
          label="Pattern for the path"
          error={grouping.isPatternBroken ? 'This is no regular expression yet.' : null}
          hint="The first group in brackets names the picture’s group: /(\w+)_\d+ takes anna of cat/anna_3.jpg"
        >
          {(control) => (
            <input
              {...control}
              value={rules.pattern}
              maxLength={200}
              spellCheck={false}
              disabled={isDisabled}
              onChange={(event) => {
                onChange({ pattern: event.target.value });
              }}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}

/** Pictures of each class as bars. */
function Balance() {
  const classNames = usePage(({ project }) => project.document.classNames);
  const colours = usePage(({ project }) => project.document.classColours);
  const counts = usePage(selectClassCounts);
  const most = classNames.reduce((largest, name) => Math.max(largest, counts.get(name) ?? 0), 1);
  return (
    <section aria-label="Balance">
      <h3 className={styles['heading']}>Pictures a class</h3>
      <ul className={styles['bars']} tabIndex={0} aria-label="Pictures a class">
        {classNames.map((name) => {
          const count = counts.get(name) ?? 0;
          const colour = colours[name] ?? 0;
          return (
            <li key={name}>
              <ClassSwatch paletteIndex={colour} size={10} />
              <span className={styles['name']} dir="auto" title={name}>
                {name}
              </span>
              <i aria-hidden="true">
                <i style={{ width: `${String((100 * count) / most)}%`, background: classColour(colour) }} />
              </i>
              <span className={styles['count']}>{count.toLocaleString('en-GB')}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
