import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowFloat16, widenFloat16 } from '../domain/float16';
import { featureCount } from '../domain/vgg16';
import {
  bytesOf,
  decodeFeatures,
  encodeFeatures,
  packFeatures,
  unpackFeatures,
  type FeaturePrecision,
  type PackedFeatures,
} from './packed-features';

function unpack(packed: PackedFeatures, norm: number | null = null, length = featureCount): Float32Array {
  const out = new Float32Array(length);
  unpackFeatures(packed, norm, out, 0);
  return out;
}

const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** A few values, and a negative zero, in a map of any length; lengths that end within a word of the mask among them. */
const mapsOf = (value: fc.Arbitrary<number>) =>
  fc.integer({ min: 1, max: 300 }).chain((length) =>
    fc.array(fc.tuple(fc.nat(length - 1), value), { maxLength: 100 }).map((entries) => {
      const values = new Float32Array(length);
      for (const [at, own] of [[0, -0] as const, ...entries]) values[at] = own;
      return values;
    }),
  );
const maps = mapsOf(fc.float({ noNaN: true, min: -65504, max: 65504 }));

/** What rounding alone, without packing, makes of it. */
function rounded(features: Float32Array): Float32Array {
  return widenFloat16(Uint16Array.from(bitsOf(features), narrowFloat16));
}

describe('packed features', () => {
  it('come back bit by bit without rounding, whatever the values and wherever they lie', () => {
    fc.assert(
      fc.property(mapsOf(fc.float()), (features) => {
        expect(bitsOf(unpack(packFeatures(features, 'float32'), null, features.length))).toEqual(bitsOf(features));
      }),
    );
  });

  it('are each rounded to the nearest float16, and rounding again changes nothing', () => {
    fc.assert(
      fc.property(maps, (features) => {
        const packed = packFeatures(features, 'float16');
        expect(packed.values).toBeInstanceOf(Uint16Array);
        const once = unpack(packed, null, features.length);
        expect(bitsOf(once)).toEqual(bitsOf(rounded(features)));
        expect(packFeatures(once, 'float16')).toEqual(packed);
      }),
    );
  });

  it('stay float32 as a whole where one value is beyond float16, and nothing becomes infinite', () => {
    for (const beyond of [65520, 1e6, -1e6, Infinity, NaN]) {
      const features = new Float32Array(featureCount);
      features[7] = 0.1;
      features[20_000] = beyond;
      const packed = packFeatures(features, 'float16');
      expect(packed.values).toBeInstanceOf(Float32Array);
      expect(Buffer.from(unpack(packed).buffer).equals(Buffer.from(features.buffer))).toBe(true);
    }
  });

  it('take 11 kB a picture where 85 of 100 values are zero', () => {
    const features = Float32Array.from({ length: featureCount }, (_, i) => (i % 20 < 3 ? i : 0));
    expect(bytesOf(packFeatures(features, 'float16'))).toBeLessThan(11_000);
    expect(bytesOf(packFeatures(features, 'float32'))).toBeLessThan(19_000);
  });

  it('are scaled to one L2 norm on request, and stay zero when all are zero', () => {
    for (const precision of ['float16', 'float32'] satisfies FeaturePrecision[]) {
      const features = new Float32Array(featureCount);
      features[3] = 3;
      features[40] = 4;
      const scaled = unpack(packFeatures(features, precision), 10);
      expect([scaled[3], scaled[40]]).toEqual([6, 8]);
      expect(unpack(packFeatures(new Float32Array(featureCount), precision), 10).every((value) => value === 0)).toBe(true);
    }
  });
});

describe('packed features as bytes', () => {
  it('come back as they were, read from any place', () => {
    fc.assert(
      fc.property(maps, fc.constantFrom<FeaturePrecision>('float16', 'float32'), fc.nat(7), (features, precision, offset) => {
        const packed = packFeatures(features, precision);
        const bytes = encodeFeatures(packed);
        const around = new Uint8Array(bytes.length + offset);
        around.set(bytes, offset);
        expect(decodeFeatures(around.subarray(offset), features.length)).toEqual(packed);
      }),
    );
  });

  it('are refused when they are cut, longer, of another length or kind, or their mask does not fit', () => {
    const features = Float32Array.from({ length: 100 }, (_, at) => (at % 3 === 0 ? at : 0));
    const bytes = encodeFeatures(packFeatures(features, 'float16'));
    expect(decodeFeatures(bytes, 100)).not.toBeNull();
    for (let length = 0; length < bytes.length; length++) expect(decodeFeatures(bytes.subarray(0, length), 100)).toBeNull();
    expect(decodeFeatures(Uint8Array.of(...bytes, 0), 100)).toBeNull();
    expect(decodeFeatures(bytes, 64)).toBeNull();
    for (const [at, byte] of [
      [4, 3], // kind
      [4, 2], // float32: other bytes
      [8, 0xff], // more bits than values
      [23, 0x80], // a bit beyond the last value
    ] as const) {
      const changed = bytes.slice();
      changed[at] = byte;
      expect(decodeFeatures(changed, 100), String(at)).toBeNull();
    }
  });
});
