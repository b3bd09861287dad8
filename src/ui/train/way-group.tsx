import { RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import type { Way } from '../../domain/run-config';
import { useActions, usePage } from '../store-context';
import styles from './way-group.module.css';

interface WayWords {
  readonly way: Way;
  readonly name: string;
  /** When to choose it, in a line. */
  readonly when: string;
  /** What moves, from which start, and when to choose it. */
  readonly words: string;
}

const ways: readonly WayWords[] = [
  {
    way: 'features',
    name: 'Features, then classifier',
    when: 'Quickest: the first to try',
    words:
      'Each picture goes through VGG-16 once. Only the classifier moves: it starts from small random weights and learns on the kept ' +
      'features. Choose it first; for photos like ImageNet’s it is often all that is needed.',
  },
  {
    way: 'frozen',
    name: 'Whole model, frozen',
    when: 'For few pictures, augmented',
    words:
      'Pictures flow through the whole model, whose features stay as ImageNet left them. Only the classifier moves, from small random ' +
      'weights. Choose it when you have few pictures: augmentation can show them differently in every epoch.',
  },
  {
    way: 'fine-tune',
    name: 'Fine-tune',
    when: 'For pictures unlike ImageNet’s',
    words:
      'The last convolutions move too: they start from ImageNet’s weights, the classifier from small random ones. Choose it when the ' +
      'pictures are quite unlike ImageNet’s, such as microscope images or scans. It takes longer.',
  },
];

function isWay(value: string): value is Way {
  return ways.some(({ way }) => way === value);
}

export interface WayGroupProps {
  readonly isReadOnly: boolean;
  /** Before a way is taken: its settings replace what is being typed. */
  readonly onChoose: () => void;
}

/** The three ways of transfer learning. */
export function WayGroup({ isReadOnly, onChoose }: WayGroupProps) {
  const way = usePage(({ project }) => project.document.settings.way);
  const { chooseWay } = useActions();
  return (
    <div className={styles['ways']}>
      <RadioGroup
        className={styles['group'] ?? ''}
        aria-label="Way of transfer"
        value={way}
        isReadOnly={isReadOnly}
        onChange={(value) => {
          if (!isWay(value)) return;
          onChoose();
          chooseWay(value);
        }}
      >
        {ways.map(({ way: value, name, when }) => (
          <RadioField key={value} value={value} className={styles['cell'] ?? ''}>
            <RadioButton className={styles['way'] ?? ''}>
              <b>{name}</b>
              <span>{when}</span>
            </RadioButton>
          </RadioField>
        ))}
      </RadioGroup>
      <p className={styles['words']}>{ways.find((one) => one.way === way)?.words}</p>
    </div>
  );
}
