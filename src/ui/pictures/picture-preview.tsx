import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import type { Sample, Split } from '../../domain/dataset';
import { selectSplits } from '../../store/selectors';
import { Dialog, ErrorNote, Field, IconButton } from '../primitives';
import { useActions, usePage } from '../store-context';
import { formatBytes } from '../words';
import { digitOf } from './label-keys';
import styles from './pictures.module.css';
import { usePictureAddress } from './use-picture-address';

export interface PicturePreviewProps {
  readonly samples: readonly Sample[];
  readonly index: number;
  readonly onShow: (index: number) => void;
  readonly onLabel: (id: string, className: string | null) => void;
  readonly onRemove: (id: string) => void;
  readonly onClose: () => void;
}

const splitNames = { train: 'train', val: 'validation', test: 'test' } as const;
const pinOptions: readonly (Split | 'free')[] = ['free', 'train', 'val', 'test'];

/** One picture as large as it fits, with what is known of it. Arrows lead to the next, digits give it a label. */
export function PicturePreview({ samples, index, onShow, onLabel, onRemove, onClose }: PicturePreviewProps) {
  const classNames = usePage(({ project }) => project.document.classNames);
  const sample = samples[index];
  if (sample === undefined) return null;
  const step = (by: number): void => {
    // Round at both ends: a button that went dead under the finger would lose the focus.
    onShow((index + by + samples.length) % samples.length);
  };
  const label = (className: string | null): void => {
    onLabel(sample.id, className);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // A list that is open or a field has a use of its own for these.
    if (event.target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const digit = digitOf(event.key);
    const className = digit === null ? undefined : classNames[digit];
    if (event.key === 'ArrowLeft') step(-1);
    else if (event.key === 'ArrowRight') step(1);
    else if (event.key === 'Delete') onRemove(sample.id);
    else if (className !== undefined) label(className);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog heading={sample.name} size="full" isOpen onOpenChange={onClose}>
      <div className={styles['preview']} onKeyDown={onKeyDown}>
        <div className={styles['stage']}>
          <IconButton
            label="Previous picture"
            onPress={() => {
              step(-1);
            }}
          >
            <ChevronLeft size={20} aria-hidden="true" />
          </IconButton>
          <WholePicture sample={sample} />
          <IconButton
            label="Next picture"
            autoFocus
            onPress={() => {
              step(1);
            }}
          >
            <ChevronRight size={20} aria-hidden="true" />
          </IconButton>
        </div>
        <div className={styles['facts']}>
          <p className={styles['muted']} aria-live="polite">
            {(index + 1).toLocaleString('en-GB')} of {samples.length.toLocaleString('en-GB')}
          </p>
          <Field label="Label" hint={classNames.length > 1 ? labelHint(classNames) : ''}>
            {(control) => (
              <select
                {...control}
                value={sample.className === null ? '' : `:${sample.className}`}
                onChange={(event) => {
                  label(event.target.value === '' ? null : event.target.value.slice(1));
                }}
              >
                <option value="">No label</option>
                {classNames.map((name) => (
                  <option key={name} value={`:${name}`}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <SplitField sample={sample} />
          <Facts sample={sample} />
        </div>
      </div>
    </Dialog>
  );
}

function labelHint(classNames: readonly string[]): string {
  return classNames
    .slice(0, 4)
    .map((name, at) => `${String(at + 1)} ${name}`)
    .join(' · ')
    .concat(classNames.length > 4 ? ' …' : '');
}

function WholePicture({ sample }: { readonly sample: Sample }) {
  const { url, error } = usePictureAddress(sample.id);
  if (error !== null) return <ErrorNote record={error} />;
  return <div className={styles['whole']}>{url === null ? null : <img src={url} alt={sample.name} />}</div>;
}

function SplitField({ sample }: { readonly sample: Sample }) {
  const { assignments } = usePage(selectSplits);
  const { dispatch } = useActions();
  const own = assignments.get(sample.id);
  return (
    <Field label="Split" hint={own === undefined ? 'In no run as it is now' : `In ${splitNames[own]} now`}>
      {(control) => (
        <select
          {...control}
          value={sample.pinnedSplit ?? 'free'}
          onChange={(event) => {
            const chosen = pinOptions.find((option) => option === event.target.value) ?? 'free';
            dispatch({ kind: 'pin-split', ids: [sample.id], split: chosen === 'free' ? null : chosen });
          }}
        >
          <option value="free">As the split decides</option>
          <option value="train">Always train</option>
          <option value="val">Always validation</option>
          <option value="test">Always test</option>
        </select>
      )}
    </Field>
  );
}

function Facts({ sample }: { readonly sample: Sample }) {
  const { path, width, height, bytes, format, takenAt } = sample;
  const facts: readonly (readonly [string, string])[] = [
    ['Path', path],
    ['Size', `${width.toLocaleString('en-GB')} × ${height.toLocaleString('en-GB')} pixels, ${formatBytes(bytes)}`],
    ['Format', format ?? 'unknown'],
    ['Taken', takenAt === null ? 'not said by the file' : takenAt.replace('T', ' ')],
  ];
  return (
    <dl className={styles['list']}>
      {facts.map(([term, words]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd dir="auto">{words}</dd>
        </div>
      ))}
    </dl>
  );
}
