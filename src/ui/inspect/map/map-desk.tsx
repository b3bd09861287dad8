import { Maximize, Minus, Plus } from 'lucide-react';
import { useRef, useState, type KeyboardEvent } from 'react';
import { ToggleButton } from 'react-aria-components';
import { formatCount } from '../../charts/format';
import { ClassPicker } from '../../pictures/class-picker';
import { PicturePreview } from '../../pictures/picture-preview';
import { IconButton } from '../../primitives';
import { useActions } from '../../store-context';
import { Segments } from '../../try/segments';
import cardStyles from '../card.module.css';
import { MapCanvas } from './map-canvas';
import type { MapDrawing } from './map-drawing';
import { MapLegend } from './map-legend';
import { describePoint, type Judgements, type MapPoints } from './map-points';
import { MapSelection } from './map-selection';
import { MapTable } from './map-table';
import styles from './map.module.css';
import { useMapChoice } from './use-map-choice';
import type { MapTool } from './use-map-pointer';

const tools: readonly { readonly value: MapTool; readonly text: string }[] = [
  { value: 'move', text: 'Move' },
  { value: 'box', text: 'Box' },
  { value: 'lasso', text: 'Lasso' },
];
const zoomStep = 1.5;

export interface MapDeskProps {
  readonly points: MapPoints;
  /** The projection that the points are of. */
  readonly layout: object;
  readonly judgements: Judgements;
  readonly onClose: () => void;
}

/** The drawing or its table, the classes, and what is selected. */
export function MapDesk({ points, layout, judgements, onClose }: MapDeskProps) {
  const choice = useMapChoice(points);
  const { marking, currentSample, meant } = choice;
  const [tool, setTool] = useState<MapTool>('move');
  const [showTable, setShowTable] = useState(false);
  const [isRelabelling, setRelabelling] = useState(false);
  const [openAt, setOpenAt] = useState<number | null>(null);
  const drawingRef = useRef<MapDrawing | null>(null);
  const { dispatch, removeSamples } = useActions();
  const wrong = points.wrong.reduce((sum, one) => sum + one, 0);

  const drop = () => {
    if (meant.length > 0) void removeSamples(meant);
  };
  const relabel = () => {
    if (meant.length > 0) setRelabelling(true);
  };
  const open = (at: number) => {
    choice.walkTo(at);
    setOpenAt(at);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const isCommand = event.ctrlKey || event.metaKey;
    const { current, selected } = marking;
    if (isCommand && event.key === 'a') choice.select(new Set(points.places.keys()));
    else if (isCommand || event.altKey) return false;
    else if (event.key === ' ' && current !== null) choice.toggle(current);
    else if (event.key === 'Enter' && current !== null) open(current);
    else if (event.key === 'Escape' && selected.size > 0) choice.clear();
    else if (event.key === 'Delete' || event.key === 'Backspace') drop();
    else if (event.key === 'm' || event.key === 'M') relabel();
    else return false;
    return true;
  };
  const words =
    currentSample === null
      ? ''
      : `${describePoint(currentSample, judgements)}${marking.selected.has(currentSample.id) ? ', selected' : ''}`;
  return (
    <div className={styles['desk']}>
      <div className={styles['main']}>
        <div className={styles['tools']}>
          {showTable ? null : (
            <>
              <Segments label="Dragging" value={tool} onChange={setTool} options={tools} />
              <span className={styles['zoom']}>
                <IconButton
                  label="Zoom in"
                  onPress={() => {
                    drawingRef.current?.zoom(zoomStep);
                  }}
                >
                  <Plus size={16} aria-hidden="true" />
                </IconButton>
                <IconButton
                  label="Zoom out"
                  onPress={() => {
                    drawingRef.current?.zoom(1 / zoomStep);
                  }}
                >
                  <Minus size={16} aria-hidden="true" />
                </IconButton>
                <IconButton label="Show all" onPress={() => drawingRef.current?.fit()}>
                  <Maximize size={16} aria-hidden="true" />
                </IconButton>
              </span>
            </>
          )}
          <span className={styles['count']}>{formatCount(points.samples.length)}</span>
          <ToggleButton className={cardStyles['toggle'] ?? ''} isSelected={showTable} onChange={setShowTable}>
            Table
          </ToggleButton>
        </div>
        {showTable ? (
          <MapTable points={points} judgements={judgements} selected={marking.selected} onSelect={choice.select} />
        ) : (
          <MapCanvas
            {...{ points, layout, marking, tool, words, drawingRef, onKey }}
            onWalk={choice.walkTo}
            onPress={choice.press}
            onOpen={open}
            onEnclose={choice.enclose}
          />
        )}
      </div>
      <div className={styles['side']}>
        <MapSelection
          meant={meant}
          selectedCount={marking.selected.size}
          current={currentSample}
          judgements={judgements}
          onOpen={() => {
            setOpenAt(marking.current);
          }}
          onRelabel={relabel}
          onDrop={drop}
          onClear={choice.clear}
          onClose={onClose}
        />
        <MapLegend shownPalette={choice.shownPalette} onShow={choice.setShownPalette} wrong={wrong} />
      </div>
      {isRelabelling ? (
        <ClassPicker
          heading={`Label ${meant.length === 1 ? 'this picture' : `${formatCount(meant.length)} pictures`}`}
          allowsNew
          allowsNone
          onPick={(className) => {
            dispatch({ kind: 'move-samples', ids: meant, className });
          }}
          onClose={() => {
            setRelabelling(false);
          }}
        />
      ) : null}
      {openAt === null ? null : (
        <PicturePreview
          samples={points.samples}
          index={openAt}
          onShow={open}
          onLabel={(id, className) => {
            dispatch({ kind: 'move-samples', ids: [id], className });
          }}
          onRemove={(id) => {
            setOpenAt(null);
            void removeSamples([id]);
          }}
          onClose={() => {
            setOpenAt(null);
          }}
        />
      )}
    </div>
  );
}
