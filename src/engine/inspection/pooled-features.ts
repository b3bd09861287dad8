import { pooledLength, toUnit } from '../../domain/evaluation/likeness';
import { featureCount } from '../../domain/vgg16';
import { unpackFeatures, type PackedFeatures } from '../../storage/packed-features';

const cells = featureCount / pooledLength;
/** One for all: a new one for each picture is much garbage. */
const unpacked = new Float32Array(featureCount);

/** The mean of each channel over the 7 x 7 cells, scaled to length 1: `[512]`. */
export function poolFeatures(features: PackedFeatures): Float32Array {
  unpacked.fill(0);
  unpackFeatures(features, null, unpacked, 0);
  const pooled = new Float32Array(pooledLength);
  for (let channel = 0; channel < pooledLength; channel += 1) {
    let sum = 0;
    for (let at = channel * cells; at < (channel + 1) * cells; at += 1) sum += unpacked[at] ?? 0;
    pooled[channel] = sum / cells;
  }
  return toUnit(pooled);
}
