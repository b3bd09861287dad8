/** The names of docs: what computes the features. */
export type PeerName = 'headstart' | 'onnxruntime-web-wasm' | 'tfjs-wasm';

export interface OpenPeer {
  readonly kind: 'open';
  /** `weights-only` holds the weights' files and computes nothing: what the memory of ours is measured against. */
  readonly peer: PeerName | 'weights-only';
  readonly threads: number;
  /** The largest batch that will be asked for. */
  readonly batch: number;
  /** Folder of the weights, absolute, ends with `/`. */
  readonly weights: string;
  readonly mode: 'kept' | 'layer-by-layer';
  /** False leaves relaxed SIMD out, as in browsers that lack it. */
  readonly relaxed: boolean;
}

export interface RunPeer {
  readonly kind: 'run';
  /** The bench's pictures 0 to `batch - 1`, at once. */
  readonly batch: number;
}

export type ToPeer = OpenPeer | RunPeer;

export type FromPeer =
  | { readonly kind: 'opened'; readonly note: string; readonly seconds: number }
  | { readonly kind: 'ran'; readonly seconds: number; readonly features: readonly Float32Array[] }
  | { readonly kind: 'failed'; readonly words: string };
