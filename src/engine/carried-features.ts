import type { Fit } from '../domain/dataset';
import { isFloat16Finite } from '../domain/float16';
import type { CarriedFeatures } from '../domain/project-file';
import { featureCount } from '../domain/vgg16';
import { createSegmentHead, decodeRecord, encodeRecord, scanRecords } from '../storage/feature-segments';
import { decodeFeatures, encodeFeatures, type PackedFeatures } from '../storage/packed-features';
import type { FeatureStore } from './feature-store';

/**
 * What is held or kept of these contents (see Sample.contentHash), to be carried to another device: a segment of records, as features
 * lie on disk, whose keys are the contents themselves. Null where nothing is held, or no device has computed yet.
 */
export async function collectFeatures(
  store: FeatureStore,
  contents: readonly string[],
  fit: Fit,
): Promise<CarriedFeatures | null> {
  const { origin } = store;
  if (origin === null) return null;
  await store.bring(contents, fit);
  const records = contents.flatMap((content) => {
    const packed = store.get(content, fit);
    return packed === undefined ? [] : [encodeRecord(content, encodeFeatures(packed))];
  });
  if (records.length === 0 || origin !== store.origin) return null;
  const bytes = new Uint8Array(await new Blob([createSegmentHead(), ...records]).arrayBuffer());
  return { origin, fit, pictures: records.length, bytes };
}

/**
 * Takes features in that another device collected, of these contents only, if they are of the origin that is wanted: others are worth
 * nothing here. Those of weights that are not in force yet lie on disk until they are.
 * @returns of how many there are features now; what is harmed, or holds a value that is no number, is not among them.
 */
export async function takeFeatures(
  store: FeatureStore,
  { origin, fit, bytes }: CarriedFeatures,
  contents: readonly string[],
  expected = store.origin,
): Promise<number> {
  if (expected !== origin) return 0;
  const isPresent = store.origin === origin;
  const wanted = new Set(contents);
  const found = [...scanRecords(bytes, true).records].filter(([content]) => wanted.has(content));
  // What this device computed itself goes before what somebody brought.
  if (isPresent)
    await store.bring(
      found.map(([content]) => content),
      fit,
    );
  // Another device may have come meanwhile.
  if (isPresent && store.origin !== origin) return 0;
  let count = 0;
  for (const [content, place] of found) {
    const payload = decodeRecord(bytes.subarray(place.at, place.at + place.bytes), content);
    const packed = payload === null ? null : decodeFeatures(payload, featureCount);
    if (packed === null || !areFinite(packed)) continue;
    if (!isPresent && !store.keepFor(origin, content, fit, packed)) return 0;
    if (isPresent && store.get(content, fit) === undefined) store.take(content, fit, packed);
    count += 1;
  }
  return count;
}

function areFinite({ values }: PackedFeatures): boolean {
  return values instanceof Float32Array ? values.every((value) => Number.isFinite(value)) : values.every(isFloat16Finite);
}
