/** The numbers that every program reads: sizes are no part of a shader, so few need to be compiled. In 32-bit words. */
export interface Sizes {
  readonly pictures: number;
  /** Of a program's input, pixels. */
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Winograd tiles of all pictures, and the columns that V and M have for them. */
  readonly tiles: number;
  readonly columns: number;
  /** Where the pictures begin, values from the start of the buffer. */
  readonly inputFrom: number;
  readonly outputFrom: number;
  /** 1 where the filters are float16. */
  readonly half: number;
  /** Where the biases begin, values from the start of their buffer. */
  readonly biasFrom: number;
  /** Training: channels that there are; columns beyond them are zeros. */
  readonly channels: number;
  /** 1 where the result is added to what is there; of an optimizer, where it has moments already. */
  readonly sum: number;
  /** 1 where filters are turned and their channels exchanged, for the gradient by input. */
  readonly back: number;
  /** Values to work on. */
  readonly length: number;
  /** 1 where there was no ReLU: a gradient passes whatever the value was. */
  readonly linear: number;
}

/** The numbers of an optimizer's step, float32. */
export interface StepNumbers {
  /** The gradient is multiplied by it first. */
  readonly scale: number;
  readonly rate: number;
  /** Times the weight, added to the gradient. */
  readonly decay: number;
  readonly momentum: number;
  /** The weight is multiplied by it first: AdamW's decay. */
  readonly shrink: number;
  /** Adam's sqrt(1 - beta2^t). */
  readonly root: number;
}

const fields = [
  'pictures',
  'height',
  'width',
  'inChannels',
  'outChannels',
  'tiles',
  'columns',
  'inputFrom',
  'outputFrom',
  'half',
  'biasFrom',
  'channels',
  'sum',
  'back',
  'length',
  'linear',
] as const satisfies readonly (keyof Sizes)[];

const numbers = ['scale', 'rate', 'decay', 'momentum', 'shrink', 'root'] as const satisfies readonly (keyof StepNumbers)[];

/** Everything of a dispatch that is no part of its program. */
export type Uniforms = Sizes & Partial<StepNumbers>;

/** Bytes of the uniform block: the fields, then `first`, then the step's numbers, rounded up to 16. */
export const sizesBytes = Math.ceil(((fields.length + 1 + numbers.length) * 4) / 16) * 16;

/** Place of `first` in the block, words. */
export const firstWord = fields.length;

/** `first` is the first workgroup (in the direction in which a dispatch is cut) of this part of it. */
export function writeSizes(words: Uint32Array, at: number, sizes: Uniforms, first: number): void {
  fields.forEach((field, i) => (words[at + i] = sizes[field]));
  words[at + firstWord] = first;
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  numbers.forEach((name, i) => (floats[at + firstWord + 1 + i] = sizes[name] ?? 0));
}

/** Declares `sizes`, and `dims` that follow from them. */
export const sizesBlock = `
struct Sizes { ${[...[...fields, 'first'].map((field) => `${field}: u32`), ...numbers.map((name) => `${name}: f32`)].join(', ')} }
@group(0) @binding(3) var<uniform> sizes: Sizes;
`;

/** Threads of a workgroup in the programs that count their work in a line. */
export const lineGroup = 64;

/** The head of a program whose work lies in a line; `at` is the place in it. */
export function lineMain(body: string): string {
  return `
@compute @workgroup_size(${lineGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (sizes.first + group.x) * ${lineGroup}u + lane;
${body}
}`;
}

/** Lets NaN through, which `max` may drop: a driver that computes wrongly is to show. */
export const reluFunction = `
fn relu(x: f32) -> f32 { return select(x, 0f, x < 0f); }
`;
