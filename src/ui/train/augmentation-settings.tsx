import { useId } from 'react';
import { SwitchButton, SwitchField } from 'react-aria-components';
import { usualAugmentation, type Augmentation } from '../../domain/run-config';
import { useActions, usePage } from '../store-context';
import { AugmentationPreview } from './augmentation-preview';
import styles from './settings.module.css';

type Amount = Exclude<keyof Augmentation, 'flip'>;

interface AmountWords {
  readonly part: Amount;
  readonly name: string;
  readonly most: number;
  readonly step: number;
  readonly write: (value: number) => string;
}

const percent = (value: number) => `${String(Math.round(value * 100))} %`;

const amounts: readonly AmountWords[] = [
  { part: 'crop', name: 'Crop, up to', most: 0.5, step: 0.05, write: percent },
  { part: 'colour', name: 'Colour, up to', most: 0.5, step: 0.05, write: (value) => `± ${percent(value)}` },
  { part: 'rotation', name: 'Rotation, up to', most: 30, step: 1, write: (value) => `± ${String(value)}°` },
  { part: 'erase', name: 'Erase a rectangle', most: 0.5, step: 0.05, write: (value) => `${percent(value)} of pictures` },
];

interface PartProps {
  readonly augmentation: Augmentation;
  readonly isReadOnly: boolean;
}

function AmountField({ augmentation, isReadOnly, part, name, most, step, write }: PartProps & AmountWords) {
  const { changeSettings } = useActions();
  const id = useId();
  const value = augmentation[part];
  const text = value === 0 ? 'off' : write(value);
  return (
    <div className={styles['amount']}>
      <label htmlFor={id}>{name}</label>
      <output htmlFor={id}>{text}</output>
      <input
        id={id}
        type="range"
        name={`augmentation-${part}`}
        min={0}
        max={most}
        step={step}
        value={value}
        aria-valuetext={text}
        disabled={isReadOnly}
        onChange={(event) => {
          changeSettings({ augmentation: { ...augmentation, [part]: event.target.valueAsNumber } });
        }}
      />
    </div>
  );
}

/** What chance may do to the training pictures; each part is off at zero. */
export function AugmentationSettings({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const augmentation = usePage(({ project }) => project.document.settings.augmentation);
  const way = usePage(({ project }) => project.document.settings.way);
  const { changeSettings } = useActions();
  if (way === 'features')
    return (
      <p className={styles['aside']}>
        Augmentation needs pictures that pass through VGG-16 in every epoch: the other two ways offer it.
      </p>
    );
  return (
    <div className={styles['augmentation']}>
      <SwitchField
        isSelected={augmentation !== null}
        isReadOnly={isReadOnly}
        onChange={(selected) => {
          changeSettings({ augmentation: selected ? usualAugmentation : null });
        }}
      >
        <SwitchButton className={styles['switch'] ?? ''}>
          <i aria-hidden="true" />
          Augment training pictures
        </SwitchButton>
      </SwitchField>
      {augmentation === null ? null : (
        <>
          <p className={styles['aside']}>
            Every epoch shows each training picture changed by chance. All of them go through VGG-16 again each time, so an epoch
            takes much longer. Validation pictures are never changed.
          </p>
          <SwitchField
            isSelected={augmentation.flip}
            isReadOnly={isReadOnly}
            onChange={(flip) => {
              changeSettings({ augmentation: { ...augmentation, flip } });
            }}
          >
            <SwitchButton className={styles['switch'] ?? ''}>
              <i aria-hidden="true" />
              Mirror half of them, left to right
            </SwitchButton>
          </SwitchField>
          <div className={styles['amounts']}>
            {amounts.map((words) => (
              <AmountField key={words.part} augmentation={augmentation} isReadOnly={isReadOnly} {...words} />
            ))}
          </div>
          <AugmentationPreview augmentation={augmentation} />
        </>
      )}
    </div>
  );
}
