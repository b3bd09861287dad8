import { trainingNames, type TrainingKernel } from './training-kernel';

/** What the compiled kernels export; see `assembly/` for what each takes. Addresses and strides are in bytes. */
export interface Kernel extends TrainingKernel {
  convolve(
    input: number,
    output: number,
    u: number,
    bias: number,
    height: number,
    width: number,
    inChannels: number,
    outChannels: number,
    pool: number,
    first: number,
    count: number,
    block: number,
    v: number,
    vPlane: number,
    m: number,
    mPlane: number,
    scratch: number,
  ): void;
  multiplyPlaces(
    v: number,
    vPlane: number,
    u: number,
    uPlane: number,
    m: number,
    mPlane: number,
    depth: number,
    rows: number,
    mStride: number,
    panels: number,
    places: number,
  ): void;
  convolveFirst(
    pixels: number,
    output: number,
    weights: number,
    bias: number,
    scale: number,
    height: number,
    width: number,
    outChannels: number,
    y0: number,
    y1: number,
    scratch: number,
  ): void;
  packFirst(from: number, half: number, to: number, outChannels: number): void;
  transformFilters(
    from: number,
    half: number,
    u: number,
    inChannels: number,
    outChannels: number,
    panel0: number,
    panel1: number,
    scratch: number,
  ): void;
  transformInput(
    input: number,
    height: number,
    width: number,
    channels: number,
    first: number,
    count: number,
    v: number,
    plane: number,
    scratch: number,
  ): void;
  transformOutput(
    m: number,
    plane: number,
    mStride: number,
    bias: number,
    output: number,
    height: number,
    width: number,
    allChannels: number,
    fromChannel: number,
    outChannels: number,
    pool: number,
    first: number,
    count: number,
    scratch: number,
  ): void;
}

const names = [
  'convolve',
  'multiplyPlaces',
  'convolveFirst',
  'packFirst',
  'transformFilters',
  'flatten',
  'transformInput',
  'transformOutput',
  ...trainingNames,
] as const satisfies readonly (keyof Kernel)[];

function isKernel(exports: object): exports is Kernel {
  return names.every((name) => name in exports);
}

/** A thread's instance over the memory that all threads share. Rejects when the module is not the one that this page was built with. */
export async function createKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernel> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  if (!isKernel(exports)) throw new Error('the compiled kernels lack an export');
  return exports;
}
