import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components';
import { convsOfBlock, type NetworkLayer } from '../../domain/look/network-layers';
import { formatCount, formatShare } from '../charts/format';
import styles from './look.module.css';

export interface LayerListProps {
  readonly layers: readonly NetworkLayer[];
  readonly chosenId: string;
  readonly onChoose: (id: string) => void;
}

/** `224 × 224 × 64`. */
export function describeShape(shape: readonly number[]): string {
  return shape.map(formatCount).join(' × ');
}

function describeLayer({ name, shape, parameters, isTrained, multiplyAdds, costShare }: NetworkLayer): string {
  const weights =
    parameters === 0 ? 'no parameters' : `${formatCount(parameters)} parameters, ${isTrained ? 'trained' : 'frozen'}`;
  const cost = multiplyAdds === 0 ? '' : `, ${formatShare(costShare)} of the cost`;
  return `${name}, ${describeShape(shape)}, ${weights}${cost}`;
}

/** The map as a box: as high as its side, as deep as its channels; both by their logarithm, or the first would hide the last. */
function Glyph({ layer: { shape, kind, isTrained } }: { readonly layer: NetworkLayer }) {
  const [height = 1, , channels = height] = shape;
  const isFlat = shape.length === 1;
  const tall = isFlat ? 30 : 6 + 7 * (Math.log2(height) - 2);
  const deep = isFlat ? 4 : 3 + 3.4 * Math.log2(channels / 3 + 1);
  return (
    <svg className={styles['glyph']} viewBox="0 0 40 52" data-kind={kind} data-trained={isTrained} aria-hidden="true">
      <rect x={(40 - deep) / 2} y={(52 - tall) / 2} width={deep} height={tall} rx="2" />
    </svg>
  );
}

function Row({ layer }: { readonly layer: NetworkLayer }) {
  const { name, shape, parameters, isTrained, multiplyAdds, costShare } = layer;
  return (
    <>
      <Glyph layer={layer} />
      <span className={styles['layerName']}>{name}</span>
      <span className={styles['shape']}>{describeShape(shape)}</span>
      <span className={styles['parameters']}>
        {parameters === 0 ? '–' : `${formatCount(parameters)} ${isTrained ? 'trained' : 'frozen'}`}
      </span>
      <span className={styles['cost']}>
        <i style={{ width: `${String(costShare * 400)}%` }} />
        <span>{multiplyAdds === 0 ? '–' : formatShare(costShare)}</span>
      </span>
    </>
  );
}

interface Group {
  readonly id: string;
  readonly heading: string;
  readonly layers: readonly NetworkLayer[];
}

function groupByBlock(layers: readonly NetworkLayer[]): Group[] {
  const groups: Group[] = [];
  for (const layer of layers) {
    const id = layer.block === null ? `alone ${layer.id}` : `block ${String(layer.block)}`;
    const last = groups.at(-1);
    if (last?.id === id) groups[groups.length - 1] = { ...last, layers: [...last.layers, layer] };
    else {
      const heading =
        layer.block !== null
          ? `Block ${String(layer.block)}: ${String(convsOfBlock(layer.block))} convolutions`
          : layer.kind === 'head'
            ? 'Classifier'
            : 'Input';
      groups.push({ id, heading, layers: [layer] });
    }
  }
  return groups;
}

/** Every layer in its order, by block. The arrow keys walk, and what they reach is shown. */
export function LayerList({ layers, chosenId, onChoose }: LayerListProps) {
  return (
    <ListBox
      className={styles['layers'] ?? ''}
      aria-label="Layers"
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={[chosenId]}
      onSelectionChange={(keys) => {
        const [key] = keys === 'all' ? [] : keys;
        if (key !== undefined) onChoose(String(key));
      }}
    >
      {groupByBlock(layers).map(({ id, heading, layers: own }) => (
        <ListBoxSection key={id} id={id} className={styles['block'] ?? ''}>
          <Header className={styles['blockName'] ?? ''}>{heading}</Header>
          {own.map((layer) => (
            <ListBoxItem
              key={layer.id}
              id={layer.id}
              textValue={layer.name}
              aria-label={describeLayer(layer)}
              className={styles['layer'] ?? ''}
            >
              <Row layer={layer} />
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ))}
    </ListBox>
  );
}
