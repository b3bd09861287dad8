import { useEffect, useMemo, useRef, useState } from 'react';
import { orderChannels, type LayerMaps, type ShownMaps } from '../../domain/look/layer-maps';
import { formatCount, formatMeasure } from '../charts/format';
import { VirtualGrid } from '../grid/virtual-grid';
import { ChartCard } from '../inspect/card';
import { PixelCanvas } from '../try/pixel-canvas';
import { Segments } from '../try/segments';
import { drawMap, drawOverlay } from './draw-map';
import styles from './look.module.css';

type MapOrder = 'active' | 'number';

function ChannelCanvas({
  maps,
  channel,
  draw,
}: {
  readonly maps: LayerMaps;
  readonly channel: number;
  readonly draw: typeof drawMap;
}) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvasRef.current !== null) draw(canvasRef.current, maps, channel);
  }, [maps, channel, draw]);
  return <canvas ref={canvasRef} className={styles['map']} />;
}

function Enlarged({ maps, channel }: { readonly maps: ShownMaps; readonly channel: number }) {
  const name = `Channel ${formatCount(channel + 1)}`;
  return (
    <figure className={styles['enlarged']} aria-label={`${name}, enlarged`}>
      <div className={styles['stack']}>
        <PixelCanvas pixels={maps.pixels} name="The picture as the network sees it" />
        <div className={styles['overlay']} role="img" aria-label={`Where ${name.toLowerCase()} is excited, in red`}>
          <ChannelCanvas maps={maps} channel={channel} draw={drawOverlay} />
        </div>
      </div>
      <div className={styles['stack']} role="img" aria-label={`${name} alone`}>
        <ChannelCanvas maps={maps} channel={channel} draw={drawMap} />
      </div>
      <figcaption role="status">
        {name}: mean {formatMeasure(maps.means[channel] ?? Number.NaN)}, largest{' '}
        {formatMeasure(maps.peaks[channel] ?? Number.NaN)}. Red is scaled by this channel’s own largest.
      </figcaption>
    </figure>
  );
}

/** Every channel's map, only those in sight drawn; one chosen lies over the picture. */
export function MapMosaic({ maps }: { readonly maps: ShownMaps }) {
  const [order, setOrder] = useState<MapOrder>('active');
  const [active, setActive] = useState(0);
  const [chosen, setChosen] = useState<number | null>(null);
  const channels = useMemo(
    () => (order === 'active' ? orderChannels(maps.means) : Array.from(maps.means, (_, channel) => channel)),
    [maps, order],
  );
  const selected = useMemo(() => new Set(chosen === null ? [] : [String(chosen)]), [chosen]);
  const silent = maps.peaks.reduce((count, peak) => (peak > 0 ? count : count + 1), 0);
  const choose = (index: number) => {
    setChosen(channels[index] ?? null);
  };
  return (
    <ChartCard
      label="Activations"
      heading="Activations"
      isWide
      summary={
        <span className={styles['legend']}>
          {formatCount(maps.channels)} maps of {formatCount(maps.height)} × {formatCount(maps.width)}
          {silent === 0 ? '' : `, ${formatCount(silent)} of them empty`}.{' '}
          <span className={styles['scale']}>
            0 <i aria-hidden="true" /> {formatMeasure(maps.largest)}
          </span>{' '}
          one scale for the layer, brightness by the square root.
        </span>
      }
      rows={channels}
      columns={[
        { name: 'Channel', cell: (channel) => formatCount(channel + 1) },
        { name: 'Mean', cell: (channel) => formatMeasure(maps.means[channel] ?? Number.NaN) },
        { name: 'Largest', cell: (channel) => formatMeasure(maps.peaks[channel] ?? Number.NaN) },
      ]}
    >
      <Segments
        label="Order"
        value={order}
        onChange={(next) => {
          setOrder(next);
          setActive(0);
        }}
        options={[
          { value: 'active', text: 'Most active first' },
          { value: 'number', text: 'By number' },
        ]}
      />
      <div className={styles['mosaic']} data-chosen={chosen !== null}>
        <div className={styles['tiles']}>
          <VirtualGrid
            label="Maps"
            count={channels.length}
            minTile={72}
            keyOf={(index) => String(channels[index] ?? -1 - index)}
            labelOf={(index) => {
              const channel = channels[index] ?? 0;
              return `Channel ${formatCount(channel + 1)}, mean ${formatMeasure(maps.means[channel] ?? Number.NaN)}`;
            }}
            renderTile={(index) => <ChannelCanvas maps={maps} channel={channels[index] ?? 0} draw={drawMap} />}
            selected={selected}
            onSelectionChange={(keys) => {
              const next = [...keys].find((key) => !selected.has(key));
              if (next !== undefined) setChosen(Number(next));
              else if (keys.size === 0) setChosen(null);
            }}
            active={active}
            onActiveChange={setActive}
            onOpen={choose}
          />
        </div>
        {chosen === null ? null : <Enlarged maps={maps} channel={chosen} />}
      </div>
    </ChartCard>
  );
}
