import { Images, Plus, Tags } from 'lucide-react';
import { useState } from 'react';
import { selectClassCounts } from '../../store/selectors';
import { joinClasses } from '../join-classes';
import { Button, ClassSwatch } from '../primitives';
import { usePage } from '../store-context';
import { isSameView, type PictureView } from './arrange-pictures';
import { NewClassDialog } from './new-class-dialog';
import { usePictureDrop } from './picture-drag';
import styles from './pictures.module.css';

export interface ClassListProps {
  readonly view: PictureView;
  readonly onChange: (view: PictureView) => void;
}

/** All pictures, the unlabelled, and every class: what is looked at, and where pictures can be dropped. */
export function ClassList({ view, onChange }: ClassListProps) {
  const total = usePage(({ project }) => project.document.samples.length);
  const classNames = usePage(({ project }) => project.document.classNames);
  const counts = usePage(selectClassCounts);
  const unlabelled = counts.get(null) ?? 0;
  const [isNaming, setNaming] = useState(false);
  const show = (className: string | null): void => {
    onChange({ kind: 'class', className });
  };
  return (
    <nav className={styles['classes']} aria-label="Classes">
      <ul>
        <li>
          <button
            type="button"
            className={styles['class']}
            aria-current={view.kind === 'all'}
            onClick={() => {
              onChange({ kind: 'all' });
            }}
          >
            <Images size={14} aria-hidden="true" />
            <span className={styles['name']}>All</span>
            <span className={styles['count']}>{total.toLocaleString('en-GB')}</span>
          </button>
        </li>
        {unlabelled > 0 || (view.kind === 'class' && view.className === null) ? (
          <ClassRow
            className={null}
            count={unlabelled}
            isShown={isSameView(view, { kind: 'class', className: null })}
            onShow={show}
          />
        ) : null}
        {classNames.map((className) => (
          <ClassRow
            key={className}
            className={className}
            count={counts.get(className) ?? 0}
            isShown={isSameView(view, { kind: 'class', className })}
            onShow={show}
          />
        ))}
      </ul>
      <Button
        small
        look="quiet"
        onPress={() => {
          setNaming(true);
        }}
      >
        <Plus size={14} aria-hidden="true" /> New class
      </Button>
      {isNaming ? (
        <NewClassDialog
          onClose={() => {
            setNaming(false);
          }}
        />
      ) : null}
    </nav>
  );
}

interface ClassRowProps {
  readonly className: string | null;
  readonly count: number;
  readonly isShown: boolean;
  readonly onShow: (className: string | null) => void;
}

function ClassRow({ className, count, isShown, onShow }: ClassRowProps) {
  const colour = usePage(({ project }) => (className === null ? 0 : (project.document.classColours[className] ?? 0)));
  const { isOver, ...target } = usePictureDrop(className);
  return (
    <li>
      <button
        type="button"
        className={joinClasses(styles['class'], isOver && styles['over'])}
        aria-current={isShown}
        title={className ?? 'Unlabelled'}
        onClick={() => {
          onShow(className);
        }}
        {...target}
      >
        {className === null ? <Tags size={14} aria-hidden="true" /> : <ClassSwatch paletteIndex={colour} />}
        <span className={styles['name']} dir="auto">
          {className ?? 'Unlabelled'}
        </span>
        <span className={styles['count']}>{count.toLocaleString('en-GB')}</span>
      </button>
    </li>
  );
}
