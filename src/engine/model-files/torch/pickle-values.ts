/** What a pickle is made of here: plain data. Nothing of it was run, and nothing of it can be. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleBytes
  | PickleSequence
  | PickleDict
  | PickleGlobal
  | PickleStorage
  | PickleTensor;

export interface PickleBytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
}

/** A list, a tuple or a set. It may hold itself: whoever walks has to remember where it was. */
export interface PickleSequence {
  readonly kind: 'list' | 'tuple' | 'set';
  readonly items: PickleValue[];
}

/** A dict or an OrderedDict: pairs in their order, a later pair of the same key is in force. It may hold itself. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: [key: PickleValue, value: PickleValue][];
}

/** The name of something in a module of Python: only what is allowed comes to be one. */
export interface PickleGlobal {
  readonly kind: 'global';
  /** `torch._utils._rebuild_tensor_v2`. */
  readonly name: string;
}

/** Numbers that lie outside the pickle. */
export interface PickleStorage {
  readonly kind: 'storage';
  readonly key: string;
  /** Values before its first in what the key names; above zero only for views in old files. */
  readonly from: number;
  /** `float32`; null: bytes, whose type the tensor says. */
  readonly type: string | null;
  /** Values; of untyped ones bytes. */
  readonly count: number;
}

/** A view of a storage. */
export interface PickleTensor {
  readonly kind: 'tensor';
  readonly storage: PickleStorage;
  readonly type: string;
  /** Values before the first. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Values between neighbours along each side. */
  readonly strides: readonly number[];
}

/** The last value of a key that is text. */
export function entryOf({ entries }: PickleDict, wanted: string): PickleValue | undefined {
  return entries.findLast(([key]) => key === wanted)?.[1];
}
