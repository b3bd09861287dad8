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
] as const satisfies readonly (keyof Sizes)[];

/** Bytes of the uniform block: the fields, then `first`, rounded up to 16. */
export const sizesBytes = Math.ceil(((fields.length + 1) * 4) / 16) * 16;

/** `first` is the first workgroup (in the direction in which a dispatch is cut) of this part of it. */
export function writeSizes(words: Uint32Array, at: number, sizes: Sizes, first: number): void {
  fields.forEach((field, i) => (words[at + i] = sizes[field]));
  words[at + fields.length] = first;
}

/** Declares `sizes`, and `dims` that follow from them. */
export const sizesBlock = `
struct Sizes { ${[...fields, 'first'].map((field) => `${field}: u32`).join(', ')} }
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
