import { adamNumbers, type UpdateSettings } from '../backbone-trainer';
import { inputValues } from '../../domain/vgg16';
import { convSteps, places, type ConvStep } from '../wasm/network';
import { columnsFor } from './memory-plan';
import type { Dispatch } from './pieces';
import { directGroups } from './programs/direct-program';
import { multiplyGroups, type MultiplyKind } from './programs/multiply-programs';
import { squaresGroups } from './programs/sum-programs';
import { movedValue, type Maker, type Place } from './schedule';
import { filterColumns, isDirect, picturesTogether, pixelSide, rowsFor, type GpuTrainerPlan } from './training-plan';

/** V, M, and the transformed filters or a gradient's products; see GpuTrainerPlan. */
export interface WorkBuffers {
  readonly v: GPUBuffer;
  readonly m: GPUBuffer;
  readonly filters: GPUBuffer;
  readonly nothing: GPUBuffer;
}

/** Everything that training lies in; see GpuTrainerPlan. */
export interface TrainingBuffers extends WorkBuffers {
  readonly weights: GPUBuffer;
  readonly gradients: GPUBuffer;
  /** Two; the second is small where the optimizer keeps one. */
  readonly moments: readonly [GPUBuffer, GPUBuffer];
  readonly pixels: GPUBuffer | null;
  readonly table: GPUBuffer | null;
  /** From the first trained step's input on; null where frozen. */
  readonly maps: readonly (GPUBuffer | null)[];
  readonly picks: readonly (GPUBuffer | null)[];
  readonly spread: GPUBuffer;
  /** Sums of squares, and the flag that follows from them. */
  readonly sums: GPUBuffer;
  readonly flag: GPUBuffer;
}

/** A map of planes that a convolution reads or gives, `channels` of them a picture. */
export interface MapShape {
  readonly pictures: number;
  readonly height: number;
  readonly width: number;
}

function tilesIn({ pictures, height, width }: MapShape): number {
  return pictures * Math.ceil(height / 4) * Math.ceil(width / 4);
}

/** Filters in `source` -> U for the result, or (`back`) for the gradient by input. */
export function mastersDispatch(
  maker: Maker,
  { inChannels, outChannels }: Pick<ConvStep, 'inChannels' | 'outChannels'>,
  back: boolean,
  source: Place,
  { filters, nothing }: WorkBuffers,
): Dispatch {
  const [from, to] = back ? [outChannels, inChannels] : [inChannels, outChannels];
  return maker.line(
    'transform-masters',
    [source.buffer, nothing, filters],
    { inChannels: from, outChannels: to, inputFrom: source.from, back: back ? 1 : 0 },
    from * to,
    45 * movedValue + 200,
  );
}

/**
 * A convolution with U: with bias and ReLU, or, without `bias`, the gradient by input through the ReLU before it, where `to` holds the input
 * and is overwritten; `linear` says that there was no ReLU.
 */
export function convolveDispatches(
  maker: Maker,
  multiply: MultiplyKind,
  shape: MapShape & { readonly inChannels: number; readonly outChannels: number },
  from: Place,
  to: Place,
  bias: Place | null,
  { v, m, filters, nothing }: WorkBuffers,
  linear = false,
): Dispatch[] {
  const { inChannels, outChannels } = shape;
  const tiles = tilesIn(shape);
  const columns = columnsFor(tiles, multiply);
  const sizes = { ...shape, tiles, columns, inputFrom: from.from, outputFrom: to.from, biasFrom: bias?.from ?? 0 };
  return [
    maker.line('input', [from.buffer, nothing, v], sizes, tiles * inChannels, 72 * movedValue + 144),
    maker.make(multiply, [v, filters, m], sizes, {
      groups: multiplyGroups(multiply, sizes, places),
      cut: 'z',
      work: 2 * places * columns * inChannels * outChannels,
    }),
    maker.line(
      bias === null ? 'output-masked' : 'output',
      [m, bias?.buffer ?? nothing, to.buffer],
      { ...sizes, linear: linear ? 1 : 0 },
      tiles * outChannels,
      52 * movedValue + 120,
    ),
  ];
}

/** The first layer's convolution with bias and ReLU, as it is written; `bias` is where the biases begin beside the filters. */
export function directDispatches(
  maker: Maker,
  shape: MapShape & { readonly inChannels: number; readonly outChannels: number },
  from: GPUBuffer,
  to: GPUBuffer,
  masters: Place,
  bias: number,
  { filters, nothing }: Pick<WorkBuffers, 'filters' | 'nothing'>,
): Dispatch[] {
  const { pictures, height, width, inChannels, outChannels } = shape;
  return [
    maker.line(
      'pack-masters',
      [masters.buffer, nothing, filters],
      { inChannels, outChannels, inputFrom: masters.from, biasFrom: bias },
      (inChannels * 9 + 1) * outChannels,
      2 * movedValue,
    ),
    maker.make('direct', [from, filters, to], shape, {
      groups: [directGroups(shape), 1, 1],
      cut: 'x',
      work: pictures * height * width * outChannels * (18 * inChannels + movedValue),
    }),
  ];
}

/** The gradient by filter from the convolution's input and the gradient by its result; `sum` adds to what is there. */
export function filterGradientDispatches(
  maker: Maker,
  multiply: MultiplyKind,
  shape: MapShape & Pick<ConvStep, 'inChannels' | 'outChannels'>,
  input: Place,
  gradient: Place,
  to: Place,
  sum: boolean,
  { v, m, filters, nothing }: WorkBuffers,
): Dispatch[] {
  const { inChannels, outChannels } = shape;
  const tiles = tilesIn(shape);
  const rows = rowsFor(tiles);
  const columns = filterColumns(shape, multiply);
  const sizes = { pictures: shape.pictures, height: shape.height, width: shape.width, tiles, length: rows };
  const product = { columns, outChannels, inChannels: rows };
  return [
    maker.line(
      'input-rows',
      [input.buffer, nothing, v],
      { ...sizes, columns, channels: inChannels, inputFrom: input.from },
      rows * columns,
      72 * movedValue + 144,
    ),
    maker.line(
      'gradient-rows',
      [gradient.buffer, nothing, m],
      { ...sizes, columns: outChannels, channels: outChannels, inputFrom: gradient.from },
      rows * outChannels,
      52 * movedValue + 120,
    ),
    maker.make(multiply, [v, m, filters], product, {
      groups: multiplyGroups(multiply, product, places),
      cut: 'z',
      work: 2 * places * columns * rows * outChannels,
    }),
    maker.line(
      'filter-gradient',
      [filters, nothing, to.buffer],
      { columns, outChannels, channels: inChannels, outputFrom: to.from, sum: sum ? 1 : 0 },
      outChannels * columns,
      54 * movedValue + 100,
    ),
  ];
}

/** The gradient by bias from that by the result. */
export function biasGradientDispatch(
  maker: Maker,
  shape: MapShape & { readonly outChannels: number },
  gradient: GPUBuffer,
  to: Place,
  sum: boolean,
  nothing: GPUBuffer,
): Dispatch {
  const { pictures, height, width, outChannels } = shape;
  return maker.make(
    'bias-gradient',
    [gradient, nothing, to.buffer],
    { pictures, height, width, outChannels, outputFrom: to.from, sum: sum ? 1 : 0 },
    { groups: [outChannels, 1, 1], cut: 'x', work: pictures * height * width * outChannels * movedValue },
  );
}

/** Where each pooled value came from; `linear` where what was pooled had not passed a ReLU. */
export function picksDispatch(
  maker: Maker,
  { pictures, height, width, outChannels }: MapShape & { readonly outChannels: number },
  from: GPUBuffer,
  picks: GPUBuffer,
  nothing: GPUBuffer,
  linear = false,
): Dispatch {
  const length = pictures * outChannels * Math.floor(height / 2) * Math.floor(width / 2);
  const sizes = { pictures, height, width, outChannels, length, linear: linear ? 1 : 0 };
  return maker.line('picks', [from, nothing, picks], sizes, Math.ceil(length / 4), 18 * movedValue);
}

/** Pooling that remembers where its values came from. */
export function poolDispatches(
  maker: Maker,
  shape: MapShape & { readonly outChannels: number },
  from: GPUBuffer,
  to: GPUBuffer,
  picks: GPUBuffer,
  nothing: GPUBuffer,
): Dispatch[] {
  const { pictures, height, width, outChannels } = shape;
  const sizes = { pictures, height, width, outChannels };
  const length = pictures * outChannels * Math.floor(height / 2) * Math.floor(width / 2);
  return [
    maker.line('pool', [from, nothing, to], sizes, length, 5 * movedValue),
    picksDispatch(maker, shape, from, picks, nothing),
  ];
}

/** The gradient before pooling and ReLU from that after them. */
export function unpoolDispatch(
  maker: Maker,
  shape: MapShape & { readonly outChannels: number },
  from: GPUBuffer,
  picks: GPUBuffer,
  to: GPUBuffer,
): Dispatch {
  const { pictures, height, width, outChannels } = shape;
  const length = pictures * outChannels * height * width;
  return maker.line('unpool', [from, picks, to], { pictures, height, width, outChannels, length }, length, 4 * movedValue);
}

function tensorsOf({ tensors }: GpuTrainerPlan, at: number): { weight: number; bias: number } {
  const own = tensors[at];
  if (own === undefined || own === null) throw new RangeError(`step ${at} is frozen`);
  return own;
}

function required(buffer: GPUBuffer | null | undefined): GPUBuffer {
  if (buffer === undefined || buffer === null) throw new RangeError('a map of a frozen step');
  return buffer;
}

/** Groups of pictures that pass a step at once. */
function* groupsOf(plan: GpuTrainerPlan, step: ConvStep, pictures: number): Generator<readonly [number, number]> {
  const most = picturesTogether(plan, step, pictures);
  for (let from = 0; from < pictures; from += most) yield [from, Math.min(most, pictures - from)];
}

function shapeOf({ size, inChannels, outChannels }: ConvStep, pictures: number) {
  return { pictures, height: size, width: size, inChannels, outChannels };
}

/** From the first trained step's input (pixels where that is the network's) to the features in the last map. */
export function forwardDispatches(maker: Maker, plan: GpuTrainerPlan, buffers: TrainingBuffers, pictures: number): Dispatch[] {
  const dispatches: Dispatch[] = [];
  const { weights, spread, nothing } = buffers;
  if (plan.first === 0) {
    const plane = pixelSide ** 2;
    for (let picture = 0; picture < pictures; picture++)
      dispatches.push(
        maker.line(
          'pixels',
          [required(buffers.pixels), required(buffers.table), required(buffers.maps[0])],
          {
            pictures: 1,
            height: pixelSide,
            width: pixelSide,
            inputFrom: picture * inputValues,
            outputFrom: picture * inputValues,
          },
          plane,
          12 * movedValue,
        ),
      );
  }
  for (let at = plan.first; at < convSteps.length; at++) {
    const step = convSteps[at];
    if (step === undefined) break;
    const { weight, bias } = tensorsOf(plan, at);
    const [from, to] = [required(buffers.maps[at]), required(buffers.maps[at + 1])];
    if (isDirect(step)) {
      dispatches.push(
        ...directDispatches(maker, shapeOf(step, pictures), from, to, { buffer: weights, from: weight }, bias, buffers),
      );
      continue;
    }
    dispatches.push(mastersDispatch(maker, step, false, { buffer: weights, from: weight }, buffers));
    const plane = step.size ** 2;
    for (const [first, count] of groupsOf(plan, step, pictures)) {
      dispatches.push(
        ...convolveDispatches(
          maker,
          plan.multiply,
          shapeOf(step, count),
          { buffer: from, from: first * plane * step.inChannels },
          { buffer: step.pool ? spread : to, from: first * plane * step.outChannels },
          { buffer: weights, from: bias },
          buffers,
        ),
      );
    }
    if (step.pool)
      dispatches.push(...poolDispatches(maker, shapeOf(step, pictures), spread, to, required(buffers.picks[at]), nothing));
  }
  return dispatches;
}

/** From the gradient by the features, in the last map, to the gradients by every trained tensor; `sum` adds to what is there. */
export function backwardDispatches(
  maker: Maker,
  plan: GpuTrainerPlan,
  buffers: TrainingBuffers,
  pictures: number,
  sum: boolean,
): Dispatch[] {
  const dispatches: Dispatch[] = [];
  const { weights, gradients, spread, nothing } = buffers;
  for (let at = convSteps.length - 1; at >= plan.first; at--) {
    const step = convSteps[at];
    if (step === undefined) break;
    const { weight, bias } = tensorsOf(plan, at);
    const after = required(buffers.maps[at + 1]);
    const input = required(buffers.maps[at]);
    const all = shapeOf(step, pictures);
    if (step.pool) dispatches.push(unpoolDispatch(maker, all, after, required(buffers.picks[at]), spread));
    const gradient = step.pool ? spread : after;
    const plane = step.size ** 2;
    dispatches.push(biasGradientDispatch(maker, all, gradient, { buffer: gradients, from: bias }, sum, nothing));
    const groups = [...groupsOf(plan, step, pictures)];
    for (const [first, count] of groups)
      dispatches.push(
        ...filterGradientDispatches(
          maker,
          plan.multiply,
          shapeOf(step, count),
          { buffer: input, from: first * plane * step.inChannels },
          { buffer: gradient, from: first * plane * step.outChannels },
          { buffer: gradients, from: weight },
          sum || first > 0,
          buffers,
        ),
      );
    if (at === plan.first) break;
    dispatches.push(mastersDispatch(maker, step, true, { buffer: weights, from: weight }, buffers));
    for (const [first, count] of groups)
      dispatches.push(
        ...convolveDispatches(
          maker,
          plan.multiply,
          { ...shapeOf(step, count), inChannels: step.outChannels, outChannels: step.inChannels },
          { buffer: gradient, from: first * plane * step.outChannels },
          { buffer: input, from: first * plane * step.inChannels },
          null,
          buffers,
        ),
      );
  }
  return dispatches;
}

/** Sums of squares of the gradient, and from them the flag that lets an update pass. */
export function squaresDispatches(
  maker: Maker,
  length: number,
  { gradients, sums, flag, nothing }: Pick<TrainingBuffers, 'gradients' | 'sums' | 'flag' | 'nothing'>,
): Dispatch[] {
  return [
    maker.make(
      'squares',
      [gradients, nothing, sums],
      { length },
      { groups: [squaresGroups, 1, 1], cut: 'x', work: length * movedValue },
    ),
    maker.make('gate', [sums, nothing, flag], {}, { groups: [1, 1, 1], cut: 'x', work: squaresGroups * movedValue }),
  ];
}

/** One update of all trained tensors, where the flag lets it pass; `count` is its number, from 1. */
export function updateDispatch(
  maker: Maker,
  { optimizer, length }: Pick<GpuTrainerPlan, 'optimizer' | 'length'>,
  { learningRate, weightDecay, momentum, gradientScale }: UpdateSettings,
  count: number,
  { gradients, flag, weights, moments }: Pick<TrainingBuffers, 'gradients' | 'flag' | 'weights' | 'moments'>,
): Dispatch {
  const sgd = optimizer === 'sgd';
  const decoupled = optimizer === 'adamw';
  return maker.line(
    sgd ? 'sgd' : 'adam',
    [gradients, flag, weights, ...moments],
    {
      length,
      sum: count === 1 ? 0 : 1,
      scale: gradientScale,
      rate: sgd ? learningRate : learningRate / (1 - adamNumbers.beta1 ** count),
      decay: decoupled ? 0 : weightDecay,
      momentum,
      shrink: decoupled ? 1 - learningRate * weightDecay : 1,
      root: Math.sqrt(1 - adamNumbers.beta2 ** count),
    },
    length / 4,
    (sgd ? 20 : 28) * movedValue,
  );
}
