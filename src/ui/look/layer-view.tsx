import { convLayers } from '../../domain/vgg16';
import type { NetworkLayer } from '../../domain/look/network-layers';
import { formatCount, formatShare } from '../charts/format';
import { Button, Chip, ErrorNote } from '../primitives';
import { Term } from '../terms/term';
import { PixelCanvas } from '../try/pixel-canvas';
import { useKeptFocus } from '../use-kept-focus';
import { describeShape } from './layer-list';
import styles from './look.module.css';
import { MapMosaic } from './map-mosaic';
import type { LookedPicture } from './picture-choice';
import { useLayerMaps } from './use-layer-maps';
import { FirstFilters, HeadCells } from './weight-cards';

function words({ kind, shape, name }: NetworkLayer): string {
  switch (kind) {
    case 'input':
      return 'Red, green and blue of 224 × 224 pixels, scaled as the network was trained.';
    case 'conv':
      return `Each of the ${formatCount(shape[2] ?? 0)} channels looks for one pattern in 3 × 3 places of the map before it; ReLU keeps what is above zero.`;
    case 'pool':
      return `${name} keeps the largest of each 2 × 2 places, so that the next layer sees twice as far.`;
    case 'head':
      return 'One logit a class: the bias plus 25,088 features, each times its weight.';
  }
}

function Facts({ layer }: { readonly layer: NetworkLayer }) {
  const { shape, parameters, isTrained, multiplyAdds, costShare, field } = layer;
  return (
    <dl className={styles['facts']}>
      <div>
        <dt>Output</dt>
        <dd>{describeShape(shape)}</dd>
      </div>
      <div>
        <dt>
          <Term name="parameters">Parameters</Term>
        </dt>
        <dd>
          {formatCount(parameters)}{' '}
          {parameters === 0 ? null : <Chip tone={isTrained ? 'ok' : 'neutral'}>{isTrained ? 'trains' : 'frozen'}</Chip>}
        </dd>
      </div>
      <div>
        <dt>
          <Term name="multiply-adds">Multiply-adds</Term>
        </dt>
        <dd>
          {formatCount(multiplyAdds)}
          {multiplyAdds === 0 ? '' : ` (${formatShare(costShare)} of all)`}
        </dd>
      </div>
      {field === null ? null : (
        <div>
          <dt>
            <Term name="receptive field">One value sees</Term>
          </dt>
          <dd>
            {formatCount(field)} × {formatCount(field)} pixels
          </dd>
        </div>
      )}
    </dl>
  );
}

/** One layer: its facts, its weights where they can be looked at, and what the picture excites in it. */
export function LayerView({ layer, picture }: { readonly layer: NetworkLayer; readonly picture: LookedPicture | null }) {
  // The picture as the network sees it comes along with any map: the first layer's is the first to be there.
  const isInput = layer.kind === 'input';
  const firstMap = (convLayers[0]?.index ?? 0) + 1;
  const { maps, error, isBusy, retry, cancel } = useLayerMaps(picture, isInput ? firstMap : layer.layerIndex);
  const ref = useKeptFocus<HTMLElement>(isBusy);
  return (
    <section ref={ref} tabIndex={-1} className={styles['layerView']} aria-label={layer.name}>
      <div className={styles['about']}>
        <h3>{layer.name}</h3>
        <p>{words(layer)}</p>
        <Facts layer={layer} />
      </div>
      {layer.id === 'conv1-1' ? <FirstFilters /> : null}
      {layer.kind === 'head' ? <HeadCells /> : null}
      {error === null ? null : (
        <ErrorNote
          record={error}
          tone={error.code === 'cancelled' ? 'neutral' : 'bad'}
          action={
            <Button small onPress={retry}>
              Try again
            </Button>
          }
        />
      )}
      {isBusy ? (
        <p className={styles['busy']} role="status">
          The picture passes through the network…{' '}
          <Button small onPress={cancel}>
            Cancel
          </Button>
        </p>
      ) : null}
      {maps === null ? null : isInput ? (
        <div className={styles['seen']}>
          <PixelCanvas pixels={maps.pixels} name="The picture as the network sees it" />
        </div>
      ) : (
        <MapMosaic key={layer.id} maps={maps} />
      )}
    </section>
  );
}
