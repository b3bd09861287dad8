/** The pictures of the bench, with what they are. Without files the embedded drawings take their place. */
export interface ComparePictures {
  /** Folder of the weights, absolute, ends with `/`. */
  readonly weights: string;
  readonly files: readonly Blob[] | null;
  /** By file; empty for the drawings. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
}

/** How the logits of one trained head move from features as they were computed to features as they are kept. */
export interface HeadComparison {
  readonly preset: 'recommended' | 'note';
  readonly pictures: number;
  /** Largest difference of a logit over the rms of all logits. */
  readonly largestMove: number;
  /** Rms of the differences over the rms of all logits. */
  readonly rmsMove: number;
  /** Pictures whose largest logit is another one. */
  readonly answersChanged: number;
}

export interface Comparison {
  readonly heads: readonly HeadComparison[];
  readonly pictures: number;
  /** Bytes a picture, packed. */
  readonly float32Bytes: number;
  readonly float16Bytes: number;
  /** Among all features of all pictures. */
  readonly largestFeature: number;
  /** Smallest above zero. */
  readonly smallestFeature: number;
  /** Pictures that stay float32. */
  readonly beyondFloat16: number;
}

/** What the bench's page offers to the bench; it takes the files of its one input, in their order. */
export interface CachePage {
  compare(request: Omit<ComparePictures, 'files'> & { readonly fromInput: boolean }): Promise<Comparison>;
}
