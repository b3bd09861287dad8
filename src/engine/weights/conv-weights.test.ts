import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../../domain/errors';
import { backboneParameterCount, convLayers } from '../../domain/vgg16';
import { openConvWeights, toHwio, type BackboneWeights } from './conv-weights';
import { parseIndex, parseInputScaling } from './weights-index';

const folder = new URL('../../../public/models/vgg16/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

function readWeights(): BackboneWeights {
  const index = parseIndex(read('model.safetensors.index.json'));
  return {
    index,
    scaling: parseInputScaling(read('config.json')),
    shards: new Map(index.shards.map(({ name }) => [name, read(name)])),
  };
}

describe('openConvWeights', () => {
  it('gives every parameter of the shipped backbone, finite and in its layer’s shape', () => {
    const readLayer = openConvWeights(readWeights());
    let count = 0;
    for (const layer of convLayers) {
      const { kernel, bias } = readLayer(layer);
      expect(kernel).toHaveLength(9 * layer.inChannels * layer.outChannels);
      expect(bias).toHaveLength(layer.outChannels);
      expect(kernel.every(Number.isFinite) && bias.every(Number.isFinite)).toBe(true);
      count += kernel.length + bias.length;
    }
    expect(count).toBe(backboneParameterCount);
  });

  it('names the tensor and the file when one is absent', () => {
    const weights = readWeights();
    const fileOf = new Map(weights.index.fileOf).set('features.5.weight', 'model-00006-of-00006.safetensors');
    const readLayer = openConvWeights({ ...weights, index: { ...weights.index, fileOf } });
    const layer = convLayers[2];
    expect(() => (layer === undefined ? undefined : readLayer(layer))).toThrow(HeadstartError);
    expect(() => (layer === undefined ? undefined : readLayer(layer))).toThrow(/model-00006.*features\.5\.weight/);
  });
});

describe('toHwio', () => {
  it('moves the value at [o, i, h, w] to [h, w, i, o]', () => {
    const [outs, ins] = [2, 3];
    const oihw = Float32Array.from({ length: outs * ins * 9 }, (_, i) => i);
    const hwio = toHwio(oihw, outs, ins);
    for (let o = 0; o < outs; o++)
      for (let i = 0; i < ins; i++)
        for (let h = 0; h < 3; h++)
          for (let w = 0; w < 3; w++)
            expect(hwio[((h * 3 + w) * ins + i) * outs + o]).toBe(oihw[((o * ins + i) * 3 + h) * 3 + w]);
  });
});
