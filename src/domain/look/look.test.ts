import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mapOf, meanCells, orderChannels, packMaps } from './layer-maps';
import { networkLayers } from './network-layers';

describe('maps of a layer', () => {
  it('are packed channel by channel on one scale, with each one’s mean and largest value', () => {
    // Two places of three channels: [1, 0, 4] and [3, 0, -2].
    const maps = packMaps(6, [1, 2, 3], Float32Array.of(1, 0, 4, 3, 0, Number.NaN));
    expect(maps.largest).toBe(4);
    expect([...maps.means]).toEqual([2, 0, 2]);
    expect([...maps.peaks]).toEqual([3, 0, 4]);
    expect([...maps.values]).toEqual([64, 191, 0, 0, 255, 0]);
    expect([...mapOf(maps, 0)]).toEqual([64, 191]);
    expect(orderChannels(maps.means)).toEqual([0, 2, 1]);
  });

  it('are all 0 where nothing is excited', () => {
    const maps = packMaps(6, [1, 1, 2], Float32Array.of(0, 0));
    expect([maps.largest, ...maps.values]).toEqual([0, 0, 0]);
  });

  it('of the head are the mean of the channels in each cell', () => {
    // One class, two channels of three cells; another class of zeros.
    expect([...meanCells(Float32Array.of(1, 2, 3, 5, 6, 7, 0, 0, 0, 0, 0, 0), 2, 3)]).toEqual([3, 4, 5, 0, 0, 0]);
  });
});

describe('the walk through the network', () => {
  it('has shapes, parameters and costs that add up to torchinfo’s', () => {
    const layers = networkLayers(3, 3);
    const sum = (pick: (layer: (typeof layers)[number]) => number) => layers.reduce((total, layer) => total + pick(layer), 0);
    const text = readFileSync(new URL('../fixtures/summary/224-block5-trainable-3-classes.txt', import.meta.url), 'utf8');
    const number = (name: string) => Number(new RegExp(`^${name}: ([\\d,]+)`, 'm').exec(text)?.[1]?.replaceAll(',', ''));
    expect(sum(({ parameters }) => parameters)).toBe(number('Total params'));
    expect(sum(({ isTrained, parameters }) => (isTrained ? parameters : 0))).toBe(number('Trainable params'));
    expect((sum(({ multiplyAdds }) => multiplyAdds) / 1e9).toFixed(2)).toBe(/mult-adds \(G\): ([\d.]+)/.exec(text)?.[1]);
    expect(sum(({ costShare }) => costShare)).toBeCloseTo(1, 12);
    expect(layers).toHaveLength(1 + 13 + 5 + 1);
    expect(layers.map(({ layerIndex }) => layerIndex).filter((index) => index !== null)).toEqual([
      1, 3, 4, 6, 8, 9, 11, 13, 15, 16, 18, 20, 22, 23, 25, 27, 29, 30,
    ]);
  });

  it('tells how far each layer sees, as the literature has it for VGG-16', () => {
    const fields = new Map(networkLayers(2, 0).map(({ id, field }) => [id, field]));
    expect(
      ['conv1-1', 'conv1-2', 'pool1', 'conv2-1', 'conv3-1', 'pool3', 'conv5-3', 'pool5'].map((id) => fields.get(id)),
    ).toEqual([3, 5, 6, 10, 24, 44, 196, 212]);
  });
});
