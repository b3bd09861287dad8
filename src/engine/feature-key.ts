import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { keyDigits } from '../storage/feature-segments';
import type { BackboneWeights } from './weights/conv-weights';

/** What decides the features of a picture beside the picture itself and its fit. */
export interface FeatureOrigin {
  readonly weights: Pick<BackboneWeights, 'index' | 'scaling' | 'baseId'>;
  /** What makes pixels of a file: see `decoderOf`. */
  readonly decoder: string;
  /** What computes: compute plan and adapter. */
  readonly plan: string;
}

/** The same text exactly where the same picture gives the same features, bit for bit. */
export function describeOrigin({ weights, decoder, plan }: FeatureOrigin): string {
  const { baseId, index } = weights;
  // Of convolutions that came in no loaded one is left.
  const digests = baseId === undefined ? index.shards.map(({ sha256: digest }) => digest).sort() : [baseId];
  return JSON.stringify([digests, weights.scaling.mean, weights.scaling.std, decoder, plan]);
}

/** The key under which features are kept: 32 hexadecimal digits of SHA-256. `picture` names content and fit. */
export function featureKey(origin: string, picture: string): string {
  return bytesToHex(sha256(utf8ToBytes(`${origin}\n${picture}`))).slice(0, keyDigits);
}
