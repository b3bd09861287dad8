import type { Sample } from '../../domain/dataset';
import { joinClasses } from '../join-classes';
import { startPictureDrag } from '../pictures/picture-drag';
import { Thumbnail } from '../try/thumbnail';
import { countOf } from '../words';
import styles from './data.module.css';

/** Two rows of six; the last place leads to all of them. */
const tilesInLane = 12;

export interface LaneTilesProps {
  readonly samples: readonly Sample[];
  /** As in `Show all 40 pictures of cat`. */
  readonly name: string;
  /** CSS colour behind a picture that is not drawn yet. */
  readonly background: string;
  /** Null: from the first on. */
  readonly onShow: (sampleId: string | null) => void;
}

/** The first pictures of a lane. Each opens the grid at its place, and can be dragged to another class. */
export function LaneTiles({ samples, name, background, onShow }: LaneTilesProps) {
  const isShort = samples.length <= tilesInLane;
  const shown = isShort ? samples : samples.slice(0, tilesInLane - 1);
  return (
    <div className={styles['tiles']}>
      {shown.map((sample) => (
        <button
          key={sample.id}
          type="button"
          className={styles['tile']}
          style={{ background }}
          aria-label={sample.name}
          title={sample.name}
          draggable
          onDragStart={(event) => {
            startPictureDrag(event, [sample.id]);
          }}
          onClick={() => {
            onShow(sample.id);
          }}
        >
          <Thumbnail sampleId={sample.id} />
        </button>
      ))}
      {isShort ? null : (
        <button
          type="button"
          className={joinClasses(styles['tile'], styles['rest'])}
          aria-label={`Show all ${countOf(samples.length, 'picture')} of ${name}`}
          onClick={() => {
            onShow(null);
          }}
        >
          +{(samples.length - shown.length).toLocaleString('en-GB')}
        </button>
      )}
    </div>
  );
}
