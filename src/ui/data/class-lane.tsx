import { Ellipsis } from 'lucide-react';
import { memo, useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover, type Key } from 'react-aria-components';
import type { Sample } from '../../domain/dataset';
import { selectPaletteIndex, selectSamplesByClass } from '../../store/selectors';
import { EditableText } from '../editable-text';
import { joinClasses } from '../join-classes';
import { classColourSoft } from '../palette';
import { ClassSwatch, IconButton } from '../primitives';
import menuStyles from '../shell/menu.module.css';
import { useActions, usePage } from '../store-context';
import { Thumbnail } from '../try/thumbnail';
import { countOf } from '../words';
import { ClassDialog } from './class-dialog';
import styles from './data.module.css';
import { RemoveClassDialog } from './remove-dialogs';

/** Two rows of six; the last place leads to all of them. */
const tilesInLane = 12;

const noSamples: readonly Sample[] = [];

export interface ClassLaneProps {
  readonly className: string;
  readonly labelIndex: number;
  /** Many classes: a row each, without pictures. */
  readonly isFolded: boolean;
}

/** One class: its mark, name, label and count, and its first pictures. */
export const ClassLane = memo(function ClassLane({ className, labelIndex, isFolded }: ClassLaneProps) {
  const samples = usePage((state) => selectSamplesByClass(state).get(className) ?? noSamples);
  const paletteIndex = usePage(selectPaletteIndex(className));
  const { dispatch } = useActions();
  const [open, setOpen] = useState<'all' | 'remove' | null>(null);
  const close = (): void => {
    setOpen(null);
  };
  const isShort = samples.length <= tilesInLane;
  const shown = isShort ? samples : samples.slice(0, tilesInLane - 1);

  return (
    <section className={joinClasses(styles['lane'], isFolded && styles['folded'])} aria-label={`Class ${className}`}>
      <div className={styles['laneHead']}>
        <ClassSwatch paletteIndex={paletteIndex} />
        <h3 className={styles['laneName']}>
          <EditableText
            value={className}
            label="Class name"
            onChange={(to) => {
              dispatch({ kind: 'rename-class', from: className, to });
            }}
          />
        </h3>
        <span className={styles['tiny']}>label {labelIndex}</span>
        <span className={styles['count']}>
          {samples.length.toLocaleString('en-GB')}
          <span className={styles['hidden']}> {samples.length === 1 ? 'picture' : 'pictures'}</span>
        </span>
        <MenuTrigger>
          <IconButton label={`More for ${className}`} className={styles['more'] ?? ''}>
            <Ellipsis size={16} aria-hidden="true" />
          </IconButton>
          <Popover className={menuStyles['popover'] ?? ''} placement="bottom end">
            <Menu
              className={menuStyles['menu'] ?? ''}
              aria-label={`Class ${className}`}
              onAction={(id: Key) => {
                setOpen(id === 'remove' ? 'remove' : 'all');
              }}
            >
              <MenuItem id="all" className={menuStyles['item'] ?? ''}>
                Show and remove pictures
              </MenuItem>
              <MenuItem id="remove" className={joinClasses(menuStyles['item'], menuStyles['danger'])}>
                Remove this class…
              </MenuItem>
            </Menu>
          </Popover>
        </MenuTrigger>
      </div>
      {isFolded ? null : (
        <div className={styles['tiles']}>
          {shown.map(({ id, name }) => (
            <div
              key={id}
              className={styles['tile']}
              style={{ background: classColourSoft(paletteIndex) }}
              role="img"
              aria-label={name}
              title={name}
            >
              <Thumbnail sampleId={id} />
            </div>
          ))}
          {isShort ? null : (
            <button
              type="button"
              className={joinClasses(styles['tile'], styles['rest'])}
              aria-label={`Show all ${countOf(samples.length, 'picture')} of ${className}`}
              onClick={() => {
                setOpen('all');
              }}
            >
              +{(samples.length - shown.length).toLocaleString('en-GB')}
            </button>
          )}
        </div>
      )}
      {open === 'all' ? <ClassDialog className={className} samples={samples} onClose={close} /> : null}
      {open === 'remove' ? <RemoveClassDialog className={className} samples={samples} onClose={close} /> : null}
    </section>
  );
});
