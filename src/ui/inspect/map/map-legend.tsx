import { ToggleButton } from 'react-aria-components';
import { selectClassCounts } from '../../../store/selectors';
import { formatCount } from '../../charts/format';
import { ClassSwatch } from '../../primitives';
import { usePage } from '../../store-context';
import { unlabelled } from './map-points';
import styles from './map.module.css';

export interface MapLegendProps {
  /** The class that alone stands out; null for all. */
  readonly shownPalette: number | null;
  readonly onShow: (palette: number | null) => void;
  readonly wrong: number;
}

/** Which mark is which class; pressed, one stands out alone. */
export function MapLegend({ shownPalette, onShow, wrong }: MapLegendProps) {
  const classNames = usePage(({ project }) => project.document.classNames);
  const colours = usePage(({ project }) => project.document.classColours);
  const counts = usePage(selectClassCounts);
  const entries = classNames.map((name) => ({ name, palette: colours[name] ?? 0, count: counts.get(name) ?? 0 }));
  const none = counts.get(null) ?? 0;
  const all = none === 0 ? entries : [...entries, { name: 'No label', palette: unlabelled, count: none }];
  return (
    <section className={styles['legend']} aria-label="Classes on the map">
      {all.map(({ name, palette, count }) => (
        <ToggleButton
          key={palette}
          className={styles['entry'] ?? ''}
          isSelected={shownPalette === palette}
          onChange={(isShown) => {
            onShow(isShown ? palette : null);
          }}
        >
          {palette === unlabelled ? <i className={styles['ring']} aria-hidden="true" /> : <ClassSwatch paletteIndex={palette} />}
          <span className={styles['name']} dir="auto">
            {name}
          </span>
          <span className={styles['count']}>{formatCount(count)}</span>
        </ToggleButton>
      ))}
      {wrong === 0 ? null : (
        <p className={styles['hint']}>
          <i className={styles['error']} aria-hidden="true" /> {formatCount(wrong)} predicted otherwise by a head that did not see
          them
        </p>
      )}
    </section>
  );
}
