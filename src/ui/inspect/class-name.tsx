import { selectPaletteIndex } from '../../store/selectors';
import { ClassSwatch } from '../primitives';
import { usePage } from '../store-context';
import styles from './class-name.module.css';

/** A class with its mark. */
export function ClassName({ name }: { readonly name: string }) {
  const paletteIndex = usePage(selectPaletteIndex(name));
  return (
    <span className={styles['name']} title={name}>
      <ClassSwatch paletteIndex={paletteIndex} size={10} />
      <span>{name}</span>
    </span>
  );
}
