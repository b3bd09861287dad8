import { classColour } from '../palette';
import { classShape } from './class-shape';
import styles from './class-swatch.module.css';

export interface ClassSwatchProps {
  /** Position in the palette (see selectPaletteIndex). */
  readonly paletteIndex: number;
  /** Pixels. */
  readonly size?: number;
}

/** The mark of a class: a colour and a shape. Decorative: the class name stands beside it. */
export function ClassSwatch({ paletteIndex, size = 12 }: ClassSwatchProps) {
  return (
    <svg className={styles['swatch']} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      <path d={classShape(paletteIndex)} style={{ fill: classColour(paletteIndex) }} />
    </svg>
  );
}
