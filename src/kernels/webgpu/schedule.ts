import { featureCount, inputValues } from '../../domain/vgg16';
import { convSteps, outBytes, places, type ConvStep } from '../wasm/network';
import type { KernelPlan, LayerPlan } from './kernel-plan';
import { columnsFor, outSide, picturesAtOnce, singleSteps } from './memory-plan';
import type { Dispatch } from './pieces';
import type { Pipelines, ProgramName } from './pipelines';
import { directGroups } from './programs/direct-program';
import { multiplyGroups } from './programs/multiply-programs';
import { lineGroup, type Sizes, type Uniforms } from './programs/sizes';

/** Everything that a network lies in. */
export interface NetworkBuffers {
  /** `[batch][224][224][3]` bytes, twice. */
  readonly pixels: readonly [GPUBuffer, GPUBuffer];
  /** A byte's value in each channel, `[3][256]`. */
  readonly table: GPUBuffer;
  /** One picture, scaled: `[3][224][224]`. */
  readonly scaled: GPUBuffer;
  /** A picture of the first steps, and all pictures of the later ones: each step reads one and writes the other. */
  readonly single: readonly [GPUBuffer, GPUBuffer];
  readonly all: readonly [GPUBuffer, GPUBuffer];
  readonly v: GPUBuffer;
  readonly m: GPUBuffer;
  /** Of each step: transformed filters, or packed ones with their biases. */
  readonly filters: readonly GPUBuffer[];
  readonly biases: readonly GPUBuffer[];
  /** Stands where a program has no second input. */
  readonly nothing: GPUBuffer;
}

/** Where a step's result lies: planes `[pictures][outChannels][size][size]`. */
export interface Place {
  readonly buffer: GPUBuffer;
  /** Values from the start of the buffer. */
  readonly from: number;
}

/** Cost of a moved value beside a multiplication and an addition. */
export const movedValue = 4;

const noSizes: Sizes = {
  pictures: 1,
  height: 0,
  width: 0,
  inChannels: 0,
  outChannels: 0,
  tiles: 0,
  columns: 0,
  inputFrom: 0,
  outputFrom: 0,
  half: 0,
  biasFrom: 0,
  channels: 0,
  sum: 0,
  back: 0,
  length: 0,
  linear: 0,
};

/** Three buffers; five for an optimizer. */
type Bound = readonly [GPUBuffer, GPUBuffer, GPUBuffer] | readonly [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer];

export interface Maker {
  /** A dispatch of threads in a line. */
  line(program: ProgramName, buffers: Bound, sizes: Partial<Uniforms>, threads: number, workEach: number): Dispatch;
  make(
    program: ProgramName,
    buffers: Bound,
    sizes: Partial<Uniforms>,
    shape: Pick<Dispatch, 'groups' | 'cut' | 'work'>,
  ): Dispatch;
}

/** Makes dispatches; buffers that go together are bound once. */
export function createMaker(device: GPUDevice, pipelines: Pipelines, sizesBuffer: GPUBuffer, sizesBytes: number): Maker {
  const numbers = new Map<GPUBuffer, number>();
  const bound = new Map<string, GPUBindGroup>();
  function numberOf(buffer: GPUBuffer): number {
    const own = numbers.get(buffer) ?? numbers.size;
    numbers.set(buffer, own);
    return own;
  }
  function bind(program: ProgramName, buffers: Bound): GPUBindGroup {
    const key = buffers.map(numberOf).join();
    const group =
      bound.get(key) ??
      device.createBindGroup({
        layout: pipelines.layoutOf(program),
        entries: [
          // Sizes are the fourth, in every program.
          ...buffers.map((buffer, at) => ({ binding: at < 3 ? at : at + 1, resource: { buffer } })),
          { binding: 3, resource: { buffer: sizesBuffer, size: sizesBytes } },
        ],
      });
    bound.set(key, group);
    return group;
  }
  const make: Maker['make'] = (program, buffers, sizes, shape) => ({
    pipeline: pipelines.get(program),
    buffers: bind(program, buffers),
    sizes: { ...noSizes, ...sizes },
    ...shape,
  });
  return {
    make,
    line: (program, buffers, sizes, threads, workEach) =>
      make(program, buffers, sizes, { groups: [Math.ceil(threads / lineGroup), 1, 1], cut: 'x', work: threads * workEach }),
  };
}

/** Filters as they lie in the file -> as the layer's kernel reads them. */
export function filterDispatch(
  maker: Maker,
  { inChannels, outChannels }: Pick<ConvStep, 'inChannels' | 'outChannels'>,
  winograd: boolean,
  { source, half, to, nothing }: { source: GPUBuffer; half: boolean; to: GPUBuffer; nothing: GPUBuffer },
): Dispatch {
  return maker.line(
    winograd ? 'transform-filters' : 'pack-filters',
    [source, nothing, to],
    { inChannels, outChannels, half: half ? 1 : 0 },
    inChannels * outChannels,
    winograd ? 45 * movedValue + 200 : 18 * movedValue,
  );
}

export interface StepShape {
  readonly pictures: number;
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly pool: boolean;
}

export type StepBuffers = Readonly<Record<'v' | 'm' | 'filters' | 'biases' | 'nothing', GPUBuffer>>;

/** A convolution with ReLU, and pooling, as the plan has it, from one place to another. */
export function stepDispatches(
  maker: Maker,
  layer: LayerPlan,
  { pool, ...shape }: StepShape,
  from: Place,
  to: Place,
  { v, m, filters, biases, nothing }: StepBuffers,
): Dispatch[] {
  const { pictures, height, width, inChannels, outChannels } = shape;
  const sizes = { ...shape, inputFrom: from.from, outputFrom: to.from };
  if (layer.kernel === 'direct') {
    const target = pool ? v : to.buffer;
    const work = pictures * height * width * outChannels * (18 * inChannels + movedValue);
    const direct = maker.make(
      'direct',
      [from.buffer, filters, target],
      { ...sizes, outputFrom: pool ? 0 : to.from },
      { groups: [directGroups(shape), 1, 1], cut: 'x', work },
    );
    if (!pool) return [direct];
    const results = pictures * outChannels * Math.floor(height / 2) * Math.floor(width / 2);
    return [direct, maker.line('pool', [v, nothing, to.buffer], { ...sizes, inputFrom: 0 }, results, 5 * movedValue)];
  }
  const tiles = pictures * Math.ceil(height / 4) * Math.ceil(width / 4);
  const columns = columnsFor(tiles, layer.multiply);
  const all = { ...sizes, tiles, columns };
  return [
    maker.line('input', [from.buffer, nothing, v], all, tiles * inChannels, 72 * movedValue + 144),
    maker.make(layer.multiply, [v, filters, m], all, {
      groups: multiplyGroups(layer.multiply, all, places),
      cut: 'z',
      work: 2 * places * columns * inChannels * outChannels,
    }),
    maker.line(pool ? 'output-pool' : 'output', [m, biases, to.buffer], all, tiles * outChannels, 52 * movedValue + 120),
  ];
}

function shapeOf({ size, inChannels, outChannels, pool }: ConvStep, pictures: number): StepShape {
  return { pictures, height: size, width: size, inChannels, outChannels, pool };
}

export interface NetworkSchedule {
  readonly dispatches: readonly Dispatch[];
  /** Of the last step. */
  readonly result: Place;
}

/** The network over the first `pictures` of a slot: all of it, or the steps from `first` to `last` after those before have run. */
export function networkSchedule(
  maker: Maker,
  plan: KernelPlan,
  buffers: NetworkBuffers,
  pictures: number,
  slot: 0 | 1,
  first = 0,
  last = convSteps.length - 1,
): NetworkSchedule {
  const dispatches: Dispatch[] = [];
  const owned = (at: number) => ({
    v: buffers.v,
    m: buffers.m,
    filters: buffers.filters[at] ?? buffers.nothing,
    biases: buffers.biases[at] ?? buffers.nothing,
    nothing: buffers.nothing,
  });
  const layerOf = (at: number) => plan.layers[at] ?? { kernel: 'direct' as const };
  /** A later step's result of one picture. */
  const placeOf = (at: number, step: ConvStep, picture: number): Place => ({
    buffer: at < singleSteps - 1 ? buffers.single[outSide(at)] : buffers.all[outSide(at)],
    from: at < singleSteps - 1 ? 0 : (picture * outBytes(step)) / 4,
  });
  for (let picture = 0; picture < pictures; picture++) {
    const plane = inputValues / 3;
    const side = Math.sqrt(plane);
    if (first === 0)
      dispatches.push(
        maker.line(
          'pixels',
          [buffers.pixels[slot], buffers.table, buffers.scaled],
          { height: side, width: side, inputFrom: picture * inputValues },
          plane,
          12 * movedValue,
        ),
      );
    let from: Place = { buffer: buffers.scaled, from: 0 };
    convSteps.slice(0, singleSteps).forEach((step, at) => {
      const to = placeOf(at, step, picture);
      if (at >= first && at <= last)
        dispatches.push(...stepDispatches(maker, layerOf(at), shapeOf(step, 1), from, to, owned(at)));
      from = to;
    });
  }
  for (let at = Math.max(first, singleSteps); at <= last; at++) {
    const [before, step] = [convSteps[at - 1], convSteps[at]];
    if (before === undefined || step === undefined) break;
    const most = picturesAtOnce(plan, at, pictures);
    for (let picture = 0; picture < pictures; picture += most) {
      const count = Math.min(most, pictures - picture);
      dispatches.push(
        ...stepDispatches(
          maker,
          layerOf(at),
          shapeOf(step, count),
          placeOf(at - 1, before, picture),
          placeOf(at, step, picture),
          owned(at),
        ),
      );
    }
  }
  const step = convSteps[last];
  if (step === undefined) throw new RangeError(`there is no step ${last}`);
  return { dispatches, result: placeOf(last, step, 0) };
}

/** Bytes of the features of some pictures. */
export function featureBytes(pictures: number): number {
  return featureCount * 4 * pictures;
}
