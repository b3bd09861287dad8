import { useState } from 'react';
import { toHeadstartError, type ErrorRecord } from '../../domain/errors';
import {
  estimateHubBytes,
  hubSplit,
  proposeLabel,
  type HubChoice,
  type HubCounts,
  type HubDataset,
} from '../../domain/hub-dataset';
import { Button, Field } from '../primitives';
import { useActions } from '../store-context';
import { countOf, formatBytes } from '../words';
import styles from './hub-dialog.module.css';

/** More classes than these are counted, not listed. */
const classesListed = 12;
const splitNames = { train: 'training', val: 'validation', test: 'test' } as const;
const unlabelled = '(none)';

export interface HubChoiceFormProps {
  readonly dataset: HubDataset;
  readonly isDisabled: boolean;
  readonly onClose: () => void;
  readonly onError: (error: ErrorRecord | null) => void;
}

function formatCounts(counts: HubCounts): string {
  if (counts === null) return 'The server does not say how many pictures each class has.';
  const listed = counts.slice(0, classesListed).map(({ className, count }) => `${className} ${count.toLocaleString('en-GB')}`);
  const rest = counts.length - listed.length;
  return `${countOf(counts.length, 'class', 'classes')}: ${listed.join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en-GB')} more` : ''}.`;
}

/** Which pictures of a dataset, under which labels, and how many; says the size before anything is fetched. */
export function HubChoiceForm({ dataset, isDisabled, onClose, onError }: HubChoiceFormProps) {
  const { countHub, addHub } = useActions();
  const [configName, setConfigName] = useState(dataset.configs[0]?.name ?? '');
  const config = dataset.configs.find(({ name }) => name === configName) ?? dataset.configs[0];
  const [imageColumn, setImageColumn] = useState<string | null>(null);
  /** Empty while it is open; `unlabelled` for none. */
  const [labelName, setLabelName] = useState<string | null>(null);
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const [picturesEach, setPicturesEach] = useState('100');
  const [counted, setCounted] = useState<{ readonly key: string; readonly counts: HubCounts } | null>(null);
  const [isCounting, setCounting] = useState(false);
  if (config === undefined) return null;

  const proposed = proposeLabel(config)?.name ?? (config.labelColumns.length === 0 ? unlabelled : '');
  const chosenLabel = labelName ?? proposed;
  const label = config.labelColumns.find(({ name }) => name === chosenLabel) ?? null;
  const splits = config.splits.filter(({ name }) => !leftOut.has(name));
  const each = Number(picturesEach);
  const isNumber = Number.isSafeInteger(each) && each >= 1 && each <= 10_000;
  const choice: HubChoice = {
    dataset: dataset.name,
    config: config.name,
    imageColumn: imageColumn ?? config.imageColumns[0] ?? '',
    label,
    splits: splits.map(({ name }) => name),
    picturesEach: isNumber ? each : 1,
  };
  const key = JSON.stringify([choice.config, label?.name, choice.splits]);
  const counts = counted?.key === key ? counted.counts : null;
  const isCounted = counted?.key === key;
  const classes = counts?.length ?? label?.classNames?.length ?? 1;
  const bytes = estimateHubBytes(config, choice, classes);
  const isReady = chosenLabel !== '' && splits.length > 0 && isNumber && !isDisabled && !isCounting;

  const count = async (): Promise<HubCounts> => {
    if (isCounted || isCounting) return counts;
    setCounting(true);
    try {
      const found = await countHub(choice, new AbortController().signal);
      setCounted({ key, counts: found });
      return found;
    } finally {
      setCounting(false);
    }
  };
  const run = (work: () => Promise<void>): void => {
    onError(null);
    work().catch((thrown: unknown) => {
      onError(toHeadstartError(thrown).toRecord());
    });
  };

  return (
    <div className={styles['choice']}>
      <p>
        <b>{dataset.name}</b>: {config.splits.map(({ name, rows }) => `${rows.toLocaleString('en-GB')} in ${name}`).join(', ')}.
      </p>
      <div className={styles['fields']}>
        {dataset.configs.length > 1 ? (
          <Field label="Configuration">
            {(control) => (
              <select
                {...control}
                value={config.name}
                onChange={(event) => {
                  setConfigName(event.target.value);
                  setImageColumn(null);
                  setLabelName(null);
                  setLeftOut(new Set());
                }}
              >
                {dataset.configs.map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            )}
          </Field>
        ) : null}
        {config.imageColumns.length > 1 ? (
          <Field label="Column of pictures">
            {(control) => (
              <select
                {...control}
                value={choice.imageColumn}
                onChange={(event) => {
                  setImageColumn(event.target.value);
                }}
              >
                {config.imageColumns.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            )}
          </Field>
        ) : null}
        <Field
          label="Column of labels"
          error={chosenLabel === '' ? 'Several columns could be the label: choose one.' : null}
          {...(label === null
            ? {}
            : {
                hint:
                  label.classNames === null
                    ? 'Each value is a class.'
                    : label.classNames.slice(0, 4).join(', ') + (label.classNames.length > 4 ? ', …' : ''),
              })}
        >
          {(control) => (
            <select
              {...control}
              value={chosenLabel}
              onChange={(event) => {
                setLabelName(event.target.value);
              }}
            >
              {proposed === '' ? <option value="">Choose…</option> : null}
              {config.labelColumns.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
              <option value={unlabelled}>No labels</option>
            </select>
          )}
        </Field>
        <Field
          label={label === null ? 'Pictures of each split' : 'Pictures of each class and split'}
          error={isNumber ? null : 'A whole number from 1 to 10,000.'}
        >
          {(control) => (
            <input
              {...control}
              inputMode="numeric"
              value={picturesEach}
              onChange={(event) => {
                setPicturesEach(event.target.value);
              }}
            />
          )}
        </Field>
      </div>
      {config.splits.length > 1 ? (
        <fieldset className={styles['splits']}>
          <legend>Splits</legend>
          {config.splits.map(({ name, rows }) => {
            const ours = hubSplit(name);
            return (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={!leftOut.has(name)}
                  onChange={(event) => {
                    const next = new Set(leftOut);
                    if (event.target.checked) next.delete(name);
                    else next.add(name);
                    setLeftOut(next);
                  }}
                />
                {name} ({rows.toLocaleString('en-GB')}
                {ours === null || splits.length < 2 ? '' : `, used for ${splitNames[ours]}`})
              </label>
            );
          })}
        </fieldset>
      ) : null}
      {label === null ? null : (
        <div className={styles['counted']}>
          <p role="status">{isCounted ? formatCounts(counts) : ''}</p>
          {/* It stays when it has been pressed: the focus would be lost with it. */}
          <Button
            small
            isDisabled={!isReady && !isCounting}
            onPress={() => {
              run(async () => {
                await count();
              });
            }}
          >
            {isCounting ? 'Counting…' : 'How many of each class?'}
          </Button>
        </div>
      )}
      <div className={styles['foot']}>
        <span>
          From {dataset.host}. That server learns your network address, as with any download; none of your pictures is sent.
        </span>
        <Button
          look="primary"
          isDisabled={!isReady}
          onPress={() => {
            run(async () => {
              const known = label === null ? null : await count();
              onClose();
              await addHub(choice, known);
            });
          }}
        >
          Download about {formatBytes(bytes)}
        </Button>
      </div>
    </div>
  );
}
