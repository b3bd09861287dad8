import type { Fit } from '../domain/dataset';
import { widenFloat16 } from '../domain/float16';
import { decodeBase64 } from './base64';
import type { NetworkSource } from './network';

/** What stands as JSON in the page. */
export interface EmbeddedConfig {
  readonly classes: readonly string[];
  readonly head: { readonly featureNorm: number | null };
  readonly input: { readonly mean: readonly number[]; readonly std: readonly number[]; readonly fit: Fit };
  readonly precision: 'float32' | 'float16';
}

export interface EmbeddedCertificate {
  readonly rms: number;
  readonly bound: number;
  readonly pictures: readonly {
    readonly name: string;
    readonly logits: readonly number[];
    readonly probabilities: readonly number[];
  }[];
}

/** The text of the element with this id. */
export type ReadText = (id: string) => string;

function readValues(readText: ReadText, name: string, half: boolean): Float32Array {
  const { buffer } = decodeBase64(readText(name));
  return half ? widenFloat16(new Uint16Array(buffer)) : new Float32Array(buffer);
}

/** The weights as they lie in the page, base64. Convolutions' kernels alone are rounded where it is float16. */
export function embeddedSource(config: EmbeddedConfig, readText: ReadText): NetworkSource {
  const half = config.precision === 'float16';
  return {
    half,
    scaling: config.input,
    featureNorm: config.head.featureNorm,
    readKernel: (index) => decodeBase64(readText(`features.${index}.weight`)),
    readBias: (index) => readValues(readText, `features.${index}.bias`, false),
    classifierWeight: readValues(readText, 'classifier.weight', false),
    classifierBias: readValues(readText, 'classifier.bias', false),
  };
}
