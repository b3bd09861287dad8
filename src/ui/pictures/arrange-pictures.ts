import type { Sample, Split } from '../../domain/dataset';

/** Which pictures are looked at: all, those without a label (null), or a class. */
export type PictureView = { readonly kind: 'all' } | { readonly kind: 'class'; readonly className: string | null };

export type PictureOrder = 'added' | 'name' | 'taken' | 'size';
export type SplitFilter = Split | 'any' | 'pinned' | 'none';

export interface Arrangement {
  /** A piece of the path, in any case. */
  readonly search: string;
  readonly order: PictureOrder;
  readonly split: SplitFilter;
}

export const plainArrangement: Arrangement = { search: '', order: 'added', split: 'any' };

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(order: Exclude<PictureOrder, 'added'>): (a: Sample, b: Sample) => number {
  switch (order) {
    case 'name':
      // Numbers by their value: 2.jpg before 10.jpg.
      return (a, b) => collator.compare(a.name, b.name);
    case 'taken':
      // Those without a date at the end.
      return (a, b) => ((a.takenAt ?? '~') < (b.takenAt ?? '~') ? -1 : a.takenAt === b.takenAt ? 0 : 1);
    case 'size':
      // The largest first.
      return (a, b) => b.width * b.height - a.width * a.height;
  }
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** The pictures of a view as they stand in the grid. Equal ones keep the order in which they came. */
export function arrangePictures(
  samples: readonly Sample[],
  { search, order, split }: Arrangement,
  assignments: ReadonlyMap<string, Split>,
): readonly Sample[] {
  const sought = fold(search.trim());
  const isWanted = (sample: Sample): boolean => {
    if (sought !== '' && !fold(sample.path).includes(sought)) return false;
    if (split === 'any') return true;
    if (split === 'pinned') return sample.pinnedSplit !== null;
    const own = assignments.get(sample.id);
    return split === 'none' ? own === undefined : own === split;
  };
  const wanted = sought === '' && split === 'any' ? samples : samples.filter(isWanted);
  return order === 'added' ? wanted : wanted.toSorted(compare(order));
}

/** Where the eye goes when `gone` leave: to the next that stays, else to the one before; null when none does. */
export function neighbourOf(ids: readonly string[], gone: ReadonlySet<string>, active: number): string | null {
  for (let at = Math.max(0, active); at < ids.length; at += 1) {
    const id = ids[at];
    if (id !== undefined && !gone.has(id)) return id;
  }
  return ids.slice(0, Math.max(0, active)).findLast((id) => !gone.has(id)) ?? null;
}

export function isSameView(a: PictureView, b: PictureView): boolean {
  return a.kind === 'all' || b.kind === 'all' ? a.kind === b.kind : a.className === b.className;
}
