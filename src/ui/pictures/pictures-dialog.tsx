import { useMemo, useState, type KeyboardEvent } from 'react';
import { selectSamplesByClass, selectSplits } from '../../store/selectors';
import type { PageState } from '../../store/state';
import { VirtualGrid } from '../grid/virtual-grid';
import { Dialog } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf } from '../words';
import { arrangePictures, neighbourOf, plainArrangement, type PictureView } from './arrange-pictures';
import { ClassList } from './class-list';
import { ClassPicker } from './class-picker';
import { GridToolbar, tileSizes } from './grid-toolbar';
import { describeDigits, digitOf } from './label-keys';
import { startPictureDrag } from './picture-drag';
import { PicturePreview } from './picture-preview';
import { PictureTile } from './picture-tile';
import styles from './pictures.module.css';
import { SelectionBar } from './selection-bar';
import { UndoButtons } from './undo-buttons';

/** What the dialog shows first. */
export interface ShownPictures {
  readonly view: PictureView;
  /** The picture that is looked at; null for the first. */
  readonly sampleId: string | null;
}

const noSamples: PageState['project']['document']['samples'] = [];
const none: ReadonlySet<string> = new Set();

function selectView(view: PictureView): (state: PageState) => typeof noSamples {
  return (state) =>
    view.kind === 'all' ? state.project.document.samples : (selectSamplesByClass(state).get(view.className) ?? noSamples);
}

function nameOf(view: PictureView): string {
  return view.kind === 'all' ? 'All' : (view.className ?? 'Unlabelled');
}

/** All pictures, or those of a class, to be looked at, chosen, labelled, pinned and removed. */
export function PicturesDialog({ shown, onClose }: { readonly shown: ShownPictures; readonly onClose: () => void }) {
  const [view, setView] = useState(shown.view);
  const [arrangement, setArrangement] = useState(plainArrangement);
  const [tile, setTile] = useState<number>(tileSizes.usual);
  const [chosen, setChosen] = useState(none);
  const [activeId, setActiveId] = useState(shown.sampleId);
  const [open, setOpen] = useState<'move' | 'preview' | null>(null);
  const { dispatch, removeSamples } = useActions();
  const samples = usePage(selectView(view));
  const classNames = usePage(({ project }) => project.document.classNames);
  const { assignments } = usePage(selectSplits);

  const pictures = useMemo(() => arrangePictures(samples, arrangement, assignments), [samples, arrangement, assignments]);
  const ids = useMemo(() => pictures.map(({ id }) => id), [pictures]);
  const places = useMemo(() => new Map(ids.map((id, index) => [id, index])), [ids]);
  const selected = ids.filter((id) => chosen.has(id));
  const active = (activeId === null ? undefined : places.get(activeId)) ?? 0;
  const isUnlabelled = view.kind === 'class' && view.className === null;

  const goTo = (index: number): void => {
    setActiveId(ids[index] ?? null);
  };
  /** Pictures are about to leave the view: the next one is looked at, and selected where one labels picture after picture. */
  const moveOn = (gone: readonly string[], selects: boolean): void => {
    const next = neighbourOf(ids, new Set(gone), active);
    setActiveId(next);
    setChosen(selects && next !== null ? new Set([next]) : none);
  };
  /** What keys act on: the selection, or the picture under the cursor. */
  const meant = (): readonly string[] => {
    const under = ids[active];
    return selected.length > 0 ? selected : under === undefined ? [] : [under];
  };
  const move = (gone: readonly string[], className: string | null): void => {
    if (view.kind === 'class' && view.className !== className) moveOn(gone, isUnlabelled);
    dispatch({ kind: 'move-samples', ids: gone, className });
  };
  const remove = (gone: readonly string[]): void => {
    if (gone.length === 0) return;
    moveOn(gone, false);
    void removeSamples(gone);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const digit = digitOf(event.key);
    const className = digit === null ? undefined : classNames[digit];
    if (event.key === 'Delete' || event.key === 'Backspace') remove(meant());
    else if (event.key === 'm' || event.key === 'M') {
      if (selected.length === 0) setChosen(new Set(meant()));
      if (meant().length > 0) setOpen('move');
    } else if (className !== undefined && meant().length > 0) move(meant(), className);
    else return false;
    return true;
  };
  const change = (next: PictureView): void => {
    setView(next);
    setChosen(none);
    setActiveId(null);
  };

  return (
    <Dialog
      heading={`${nameOf(view)}: ${countOf(samples.length, 'picture')}`}
      size="full"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <UndoButtons />
          <SelectionBar
            ids={selected}
            hint={isUnlabelled ? describeDigits(classNames) : 'Click pictures, or walk with the arrows and press Space'}
            onMove={() => {
              setOpen('move');
            }}
            onRemove={() => {
              remove(selected);
            }}
          />
        </>
      }
    >
      <div className={styles['workspace']}>
        <ClassList view={view} onChange={change} />
        <div className={styles['shown']}>
          <GridToolbar arrangement={arrangement} onChange={setArrangement} tile={tile} onTileChange={setTile} />
          {pictures.length === 0 ? (
            <p className={styles['empty']}>
              {samples.length === 0
                ? 'No pictures here. Drag some to it, or press M on selected ones.'
                : 'No picture is like that.'}
            </p>
          ) : (
            <VirtualGrid
              label={`Pictures of ${nameOf(view)}`}
              count={ids.length}
              minTile={tile}
              keyOf={(index) => ids[index] ?? String(index)}
              labelOf={(index) => pictures[index]?.path ?? ''}
              renderTile={(index) => {
                const sample = pictures[index];
                return sample === undefined ? null : <PictureTile sample={sample} showsClass={view.kind === 'all'} />;
              }}
              selected={chosen}
              onSelectionChange={setChosen}
              active={active}
              onActiveChange={goTo}
              onOpen={(index) => {
                goTo(index);
                setOpen('preview');
              }}
              onKey={onKey}
              onDragStart={(event, index) => {
                const id = ids[index];
                if (id !== undefined) startPictureDrag(event, chosen.has(id) ? selected : [id]);
              }}
            />
          )}
        </div>
      </div>
      {open === 'move' && selected.length > 0 ? (
        <ClassPicker
          heading={`Move ${countOf(selected.length, 'picture')} to`}
          without={view.kind === 'class' && view.className !== null ? view.className : undefined}
          allowsNew
          allowsNone={!isUnlabelled}
          onPick={(className) => {
            move(selected, className);
          }}
          onClose={() => {
            setOpen(null);
          }}
        />
      ) : null}
      {open === 'preview' && pictures.length > 0 ? (
        <PicturePreview
          samples={pictures}
          index={active}
          onShow={goTo}
          onLabel={(id, className) => {
            move([id], className);
          }}
          onRemove={(id) => {
            remove([id]);
          }}
          onClose={() => {
            setOpen(null);
          }}
        />
      ) : null}
    </Dialog>
  );
}
