import type { heif_context, heif_image, heif_image_handle, MainModule } from 'libheif-js/libheif-wasm/libheif.js';
import { array, custom, type InferOutput, instance, number, object, safeParse } from 'valibot';

/** Pixels, RGBA, 8 bit, row-major, transparency not multiplied in. */
export interface HeicPixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export type HeicFailure = 'decoder-missing' | 'broken' | 'out-of-memory';

/** Why a HEIC file gave no pixels. */
export class HeicError extends Error {
  override readonly name = 'HeicError';
  readonly failure: HeicFailure;

  constructor(failure: HeicFailure, options?: ErrorOptions) {
    super(failure, options);
    this.failure = failure;
  }
}

/** A decoder's memory grows to its largest picture and never shrinks: one that has grown beyond this many bytes is let go of. */
const keptMemory = 192 * 1024 * 1024;

type Factory = (options: { readonly wasmBinary: ArrayBuffer }) => MainModule;
interface Loaded {
  readonly create: Factory;
  readonly wasmBinary: ArrayBuffer;
}

let loading: Promise<Loaded> | null = null;
let decoder: MainModule | null = null;

/** libheif and its WebAssembly, two files of their own, asked for when the first HEIC picture comes. */
async function load(): Promise<Loaded> {
  const [{ default: create }, { default: address }] = await Promise.all([
    import('libheif-js/libheif-wasm/libheif.js'),
    import('libheif-js/libheif-wasm/libheif.wasm?url'),
  ]);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
  return { create, wasmBinary: await response.arrayBuffer() };
}

async function openDecoder(): Promise<MainModule> {
  loading ??= load();
  try {
    const { create, wasmBinary } = await loading;
    decoder ??= create({ wasmBinary });
    return decoder;
  } catch (cause) {
    // So that the next picture asks again: the network may be back.
    loading = null;
    throw new HeicError('decoder-missing', { cause });
  }
}

/** libheif's answer: interleaved RGBA in rows of `stride` bytes, in its own memory. */
const decoded = object({
  image: custom<heif_image>((value) => typeof value === 'object' && value !== null),
  channels: array(object({ width: number(), height: number(), stride: number(), data: instance(Uint8Array) })),
});
type Interleaved = InferOutput<typeof decoded>['channels'][number];

function withoutStride({ width, height, stride, data }: Interleaved): Uint8ClampedArray<ArrayBuffer> {
  const rowBytes = width * 4;
  const rgba = new Uint8ClampedArray(rowBytes * height);
  for (let y = 0; y < height; y += 1) rgba.set(data.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
  return rgba;
}

function decodePrimary(heif: MainModule, context: heif_context, bytes: Uint8Array<ArrayBuffer>): HeicPixels {
  const { code } = heif.heif_context_read_from_memory(context, bytes);
  if (code !== heif.heif_error_code.heif_error_Ok) throw new HeicError('broken');
  const handle = heif.heif_js_context_get_primary_image_handle(context) as heif_image_handle | null;
  if (handle === null || 'code' in handle) throw new HeicError('broken');
  try {
    const { heif_colorspace: colours, heif_chroma: layouts } = heif;
    const answer: unknown = heif.heif_js_decode_image2(handle, colours.heif_colorspace_RGB, layouts.heif_chroma_interleaved_RGBA);
    const result = safeParse(decoded, answer);
    // A failure is answered, not thrown: an object with a code.
    const channel = result.success ? result.output.channels[0] : undefined;
    if (!result.success || channel === undefined) throw new HeicError('broken', { cause: answer });
    try {
      return { width: channel.width, height: channel.height, rgba: withoutStride(channel) };
    } finally {
      heif.heif_image_release(result.output.image);
    }
  } finally {
    heif.heif_image_handle_release(handle);
  }
}

/**
 * Decodes the primary picture of a HEIC or HEIF file, turned and mirrored as the file's own properties say (`irot`, `imir`); EXIF's
 * orientation, which phones write beside them, must not be applied again. Colours are as stored: a profile is not obeyed.
 * @throws HeicError
 */
export async function decodeHeic(bytes: Uint8Array<ArrayBuffer>): Promise<HeicPixels> {
  const heif = await openDecoder();
  try {
    const context = heif.heif_context_alloc();
    try {
      return decodePrimary(heif, context, bytes);
    } finally {
      heif.heif_context_free(context);
      if ((heif.HEAPU8 as Uint8Array).byteLength > keptMemory) decoder = null;
    }
  } catch (cause) {
    // A decoder that has thrown is in no known state.
    decoder = null;
    if (cause instanceof HeicError) throw cause;
    throw new HeicError(cause instanceof RangeError ? 'out-of-memory' : 'broken', { cause });
  }
}
