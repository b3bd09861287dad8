/** What computes the features on WebGPU. */
export const gpuPeers = ['headstart', 'tfjs-webgpu', 'onnxruntime-web-webgpu'] as const;
export type GpuPeerName = (typeof gpuPeers)[number];

export interface GpuRequest {
  readonly peer: GpuPeerName;
  /** Folder of the weights, absolute, ends with `/`. */
  readonly weights: string;
  /** Each is timed `rounds` times, in turn; peers that take pictures one by one are timed once, for one picture. */
  readonly batches: readonly number[];
  readonly rounds: number;
}

export interface GpuAnswer {
  readonly adapter: string;
  /** What a reader of the numbers must know of this peer. */
  readonly notes: readonly string[];
  /** From a page that holds the weights to the first picture's features: device, compiling, upload, one picture. */
  readonly coldSeconds: number;
  readonly runs: readonly {
    readonly batch: number;
    /** A picture, of each round. */
    readonly seconds: readonly number[];
    readonly features: readonly Float32Array[];
  }[];
  /** GFLOP/s of a loop of multiplications and additions on this adapter, the most of several tries. */
  readonly peak: number;
}

export type FromGpuPeer =
  { readonly kind: 'answered'; readonly answer: GpuAnswer } | { readonly kind: 'failed'; readonly words: string };
