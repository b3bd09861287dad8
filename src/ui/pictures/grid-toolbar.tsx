import { ZoomIn } from 'lucide-react';
import type { Arrangement, PictureOrder, SplitFilter } from './arrange-pictures';
import styles from './pictures.module.css';

const orders: readonly { readonly value: PictureOrder; readonly text: string }[] = [
  { value: 'added', text: 'As added' },
  { value: 'name', text: 'By name' },
  { value: 'taken', text: 'By date taken' },
  { value: 'size', text: 'Largest first' },
];

const filters: readonly { readonly value: SplitFilter; readonly text: string }[] = [
  { value: 'any', text: 'All splits' },
  { value: 'train', text: 'Train' },
  { value: 'val', text: 'Validation' },
  { value: 'test', text: 'Test' },
  { value: 'pinned', text: 'Pinned' },
  { value: 'none', text: 'In no run' },
];

/** Smallest and largest tile, pixels. */
export const tileSizes = { least: 48, usual: 96, most: 240 } as const;

export interface GridToolbarProps {
  readonly arrangement: Arrangement;
  readonly onChange: (arrangement: Arrangement) => void;
  readonly tile: number;
  readonly onTileChange: (tile: number) => void;
}

/** Search, order, split and size of what the grid shows. */
export function GridToolbar({ arrangement, onChange, tile, onTileChange }: GridToolbarProps) {
  const { search, order, split } = arrangement;
  return (
    <div className={styles['toolbar']} role="group" aria-label="What is shown">
      <input
        type="search"
        className={styles['input']}
        placeholder="Find by file name"
        aria-label="Find by file name"
        value={search}
        onChange={(event) => {
          onChange({ ...arrangement, search: event.target.value });
        }}
      />
      <select
        className={styles['select']}
        aria-label="Order"
        value={order}
        onChange={(event) => {
          const chosen = orders.find(({ value }) => value === event.target.value);
          if (chosen !== undefined) onChange({ ...arrangement, order: chosen.value });
        }}
      >
        {orders.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <select
        className={styles['select']}
        aria-label="Split"
        value={split}
        onChange={(event) => {
          const chosen = filters.find(({ value }) => value === event.target.value);
          if (chosen !== undefined) onChange({ ...arrangement, split: chosen.value });
        }}
      >
        {filters.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <label className={styles['zoom']}>
        <ZoomIn size={16} aria-hidden="true" />
        <input
          type="range"
          aria-label="Size of the pictures"
          min={tileSizes.least}
          max={tileSizes.most}
          step={8}
          value={tile}
          onChange={(event) => {
            onTileChange(Number(event.target.value));
          }}
        />
      </label>
    </div>
  );
}
