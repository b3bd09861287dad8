/** What the compiled kernels export for training; see `assembly/` for what each takes. Addresses and strides are in bytes. */
export interface TrainingKernel {
  /** [places][channels] -> [channels][places]. */
  flatten(from: number, to: number, places: number, channels: number): void;
  transformMasters(from: number, u: number, plane: number, inChannels: number, panel0: number, panel1: number): void;
  transformMastersBack(
    from: number,
    u: number,
    plane: number,
    inChannels: number,
    outChannels: number,
    panel0: number,
    panel1: number,
    scratch: number,
  ): void;
  convolveTraining(
    input: number,
    output: number,
    u: number,
    uPlane: number,
    bias: number,
    height: number,
    width: number,
    inChannels: number,
    outChannels: number,
    first: number,
    count: number,
    block: number,
    v: number,
    vPlane: number,
    m: number,
    mPlane: number,
    scratch: number,
  ): void;
  transformMasked(
    m: number,
    plane: number,
    mStride: number,
    output: number,
    height: number,
    width: number,
    allChannels: number,
    fromChannel: number,
    outChannels: number,
    first: number,
    count: number,
    scratch: number,
  ): void;
  poolMax(
    input: number,
    output: number,
    picks: number,
    height: number,
    width: number,
    channels: number,
    first: number,
    end: number,
  ): void;
  unpoolMax(
    input: number,
    output: number,
    picks: number,
    height: number,
    width: number,
    channels: number,
    first: number,
    end: number,
  ): void;
  transformInputRows(
    input: number,
    height: number,
    width: number,
    channels: number,
    first: number,
    count: number,
    v: number,
    plane: number,
    row: number,
    scratch: number,
  ): void;
  transformGradient(
    input: number,
    height: number,
    width: number,
    channels: number,
    first: number,
    count: number,
    w: number,
    plane: number,
    panel: number,
    scratch: number,
  ): void;
  addOuterProducts(
    v: number,
    row: number,
    w: number,
    panel: number,
    m: number,
    mPanel: number,
    depth: number,
    rows: number,
    panels: number,
    sum: number,
  ): void;
  filterGradient(m: number, plane: number, to: number, first: number, end: number, sum: number, scratch: number): void;
  firstGradient(
    pixels: number,
    gradient: number,
    to: number,
    scale: number,
    height: number,
    width: number,
    outChannels: number,
    y0: number,
    y1: number,
    scratch: number,
  ): void;
  sumPixels(from: number, to: number, channels: number, first: number, end: number): void;
  sumParts(from: number, parts: number, to: number, count: number, sum: number): void;
  sumSquares(from: number, to: number, first: number, end: number): void;
  updateSgd(
    weights: number,
    gradients: number,
    buffer: number,
    first: number,
    end: number,
    rate: number,
    decay: number,
    momentum: number,
    scale: number,
    fresh: number,
  ): void;
  updateAdam(
    weights: number,
    gradients: number,
    means: number,
    squares: number,
    first: number,
    end: number,
    step: number,
    root: number,
    decay: number,
    shrink: number,
    less1: number,
    beta2: number,
    less2: number,
    epsilon: number,
    scale: number,
    fresh: number,
  ): void;
}

export const trainingNames = [
  'transformMasters',
  'transformMastersBack',
  'convolveTraining',
  'transformMasked',
  'poolMax',
  'unpoolMax',
  'transformInputRows',
  'transformGradient',
  'addOuterProducts',
  'filterGradient',
  'firstGradient',
  'sumPixels',
  'sumParts',
  'sumSquares',
  'updateSgd',
  'updateAdam',
] as const satisfies readonly (keyof TrainingKernel)[];
