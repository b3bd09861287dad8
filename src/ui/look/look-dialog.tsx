import { useMemo, useState } from 'react';
import { networkLayers } from '../../domain/look/network-layers';
import { unfrozenConvs } from '../../domain/run-config';
import { describeError } from '../../domain/errors';
import { formatCount } from '../charts/format';
import { Dialog, ErrorNote, ProgressBar } from '../primitives';
import { usePage } from '../store-context';
import { LayerList } from './layer-list';
import { LayerView } from './layer-view';
import styles from './look.module.css';
import { PictureChoice, useLookedAt } from './picture-choice';

/** The network from the picture to the logits, to be walked: what each layer is, what it costs, and what a picture excites in it. */
export function LookDialog({ onClose }: { readonly onClose: () => void }) {
  const settings = usePage(({ project }) => project.document.settings);
  const classCount = usePage(({ project, headRun }) => headRun?.classNames.length ?? project.document.classNames.length);
  const weights = usePage((state) => state.weights);
  const layers = useMemo(() => networkLayers(Math.max(2, classCount), unfrozenConvs(settings)), [classCount, settings]);
  const [layerId, setLayerId] = useState('conv1-1');
  const { picture, choose } = useLookedAt();
  const layer = layers.find(({ id }) => id === layerId) ?? layers[0];
  const total = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  return (
    <Dialog heading="Look inside" size="full" isOpen onOpenChange={onClose}>
      <div className={styles['look']}>
        <div className={styles['side']}>
          <p className={styles['words']}>
            {(total / 1e9).toFixed(1)} billion multiply-adds a picture. Arrow keys walk from the picture to the{' '}
            {formatCount(Math.max(2, classCount))} logits.
          </p>
          <LayerList layers={layers} chosenId={layerId} onChoose={setLayerId} />
        </div>
        <div className={styles['main']}>
          {weights.phase === 'ready' ? (
            <>
              <PictureChoice picture={picture} onChoose={choose} />
              {layer === undefined ? null : <LayerView layer={layer} picture={picture} />}
            </>
          ) : weights.phase === 'failed' ? (
            <ErrorNote record={weights.error ?? describeError('unexpected', { detail: 'the weights did not come' })} />
          ) : (
            <ProgressBar
              label="VGG-16’s weights are on their way"
              share={weights.progress === null ? null : weights.progress.receivedBytes / weights.progress.totalBytes}
              showLabel
            />
          )}
        </div>
      </div>
    </Dialog>
  );
}
