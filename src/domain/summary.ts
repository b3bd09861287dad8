import { HeadstartError } from './errors';
import { convLayers, convsPerBlock, featureCount, featureMapShape, vggLayers } from './vgg16';

/** `[batch, channels, height, width]`, pixels. */
export type InputShape = readonly [batch: number, channels: number, height: number, width: number];

export interface SummaryRequest {
  readonly input: InputShape;
  readonly classes: number;
  /** How many of the last convolutions are trainable, 0 to 13. The head always is. */
  readonly unfrozenConvs: number;
}

interface Row {
  readonly title: string;
  readonly shape: string;
  readonly parameters: string;
}

const layerWidth = 40;
const columnWidth = 25;
const divider = '='.repeat(layerWidth + 2 * columnWidth);
/** Five halvings leave nothing of a shorter side, and PyTorch refuses it. */
const shortestSide = 2 ** convsPerBlock.length;
const longestSide = 4096;
const largestBatch = 1024;
const mostClasses = 10_000;
/** torchinfo 1.8 counts the input by `sys.getsizeof` of its storage: the values and CPython's object around them, bytes. */
const storageObjectBytes = 64;

function isWhole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function checkInputShape(values: readonly number[]): InputShape {
  const [batch = NaN, channels = NaN, height = NaN, width = NaN] = values;
  const problem =
    values.length !== 4
      ? 'must be four numbers, batch,channels,height,width, such as 1,3,224,224'
      : !isWhole(batch, 1, largestBatch)
        ? `the batch must be a whole number from 1 to ${grouped(largestBatch)}`
        : channels !== 3
          ? 'there must be 3 channels: red, green and blue'
          : ![height, width].every((side) => isWhole(side, shortestSide, longestSide))
            ? `height and width must be whole numbers from ${grouped(shortestSide)} to ${grouped(longestSide)}`
            : null;
  if (problem !== null) throw new HeadstartError('setting-invalid', { setting: 'Input shape', problem });
  return [batch, channels, height, width];
}

/** Reads `1,3,244,244`. Throws `setting-invalid` when it is not a picture batch that VGG-16 can take. */
export function parseInputShape(text: string): InputShape {
  return checkInputShape(text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : NaN)));
}

/** Reads a number of classes. Throws `setting-invalid`. */
export function parseClasses(text: string): number {
  return checkClasses(/^\s*\d+\s*$/.test(text) ? Number(text) : NaN);
}

function checkClasses(classes: number): number {
  if (isWhole(classes, 2, mostClasses)) return classes;
  throw new HeadstartError('setting-invalid', {
    setting: 'Classes',
    problem: `must be a whole number from 2 to ${grouped(mostClasses)}`,
  });
}

/** Reads `none`, `block5`, `all` or a number of last convolutions; gives how many are trainable. Throws `setting-invalid`. */
export function parseUnfreeze(text: string): number {
  const named = new Map([
    ['none', 0],
    ['block5', convsPerBlock.at(-1) ?? 0],
    ['all', convLayers.length],
  ]);
  return checkUnfrozen(named.get(text.trim()) ?? (/^\s*\d+\s*$/.test(text) ? Number(text) : NaN));
}

function checkUnfrozen(count: number): number {
  if (isWhole(count, 0, convLayers.length)) return count;
  const problem = `must be none, block5, all or a whole number from 0 to ${String(convLayers.length)}`;
  throw new HeadstartError('setting-invalid', { setting: 'Unfreeze', problem });
}

function product(values: readonly number[]): number {
  return values.reduce((all, value) => all * value, 1);
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** Python's `f"{value:,.2f}"`: of two equally near texts the one with an even last digit, where `toFixed` takes the larger. */
function twoDecimals(value: number): string {
  // Only odd multiples of an eighth lie exactly half-way between two hundredths.
  const isTie = Number.isInteger(value * 8) && !Number.isInteger(value * 4);
  const below = Math.floor(value * 100);
  const text = isTie && below % 2 === 0 ? (below / 100).toFixed(2) : value.toFixed(2);
  return text.replace(/\B(?=(\d{3})+\.)/g, ',');
}

function megabytes(bytes: number): string {
  // torchinfo does not group these.
  return twoDecimals(bytes / 1e6).replaceAll(',', '');
}

function multAddsLine(count: number): string {
  const { unit, factor } =
    count >= 1e12 ? { unit: 'T', factor: 1e12 } : count >= 1e9 ? { unit: 'G', factor: 1e9 } : { unit: 'M', factor: 1e6 };
  const value = count / factor;
  return `Total mult-adds (${unit}): ${Number.isInteger(value) ? grouped(value) : twoDecimals(value)}`;
}

function rowText({ title, shape, parameters }: Row): string {
  return `${title.padEnd(layerWidth)} ${shape.padEnd(columnWidth)} ${parameters}`.trimEnd();
}

/**
 * The root's row. The references are torchinfo 1.8's text with the root's shape overwritten by `--` and four blanks, as the note's older
 * torchinfo leaves it out; after a shape longer than `[1, 2]` the column therefore stands that much further left, and so it does here.
 */
function rootText(outputShape: string): string {
  const blanks = ' '.repeat(Math.max(0, columnWidth - outputShape.length));
  return rowText({ title: 'VGG', shape: '', parameters: '' }).padEnd(layerWidth + 1) + `--    ${blanks} --`;
}

/**
 * The table that torchinfo 1.8 prints for VGG-16's features, the pooling to 7 x 7 and a Linear(25088, classes) head, without a last
 * line break. Counts, shapes and sizes follow from `vgg16.ts`. Throws `setting-invalid`.
 */
export function modelSummary(request: SummaryRequest): string {
  const input = checkInputShape(request.input);
  const classes = checkClasses(request.classes);
  const firstUnfrozen = convLayers.length - checkUnfrozen(request.unfrozenConvs);
  const [batch] = input;
  let [, , height, width] = input;

  const rows: Row[] = [];
  let trainable = 0;
  let frozen = 0;
  let multAdds = 0;
  let outputBytes = 0;
  let convsSeen = 0;

  vggLayers.forEach((layer, at) => {
    const name = { conv: 'Conv2d', relu: 'ReLU', pool: 'MaxPool2d' }[layer.kind];
    const title = `│    └─${name}: 2-${String(at + 1)}`;
    if (layer.kind !== 'conv') {
      if (layer.kind === 'pool') [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
      rows.push({ title, shape: shapeText([batch, layer.channels, height, width]), parameters: '--' });
      return;
    }
    const parameters = layer.outChannels * layer.inChannels * 9 + layer.outChannels;
    const shape = [batch, layer.outChannels, height, width];
    const isFrozen = convsSeen < firstUnfrozen;
    convsSeen++;
    if (isFrozen) frozen += parameters;
    else trainable += parameters;
    // torchinfo counts a convolution's bias as one multiply-add a pixel, and a layer's output twice, for its gradient.
    multAdds += parameters * batch * height * width;
    outputBytes += 2 * 4 * product(shape);
    rows.push({ title, shape: shapeText(shape), parameters: isFrozen ? `(${grouped(parameters)})` : grouped(parameters) });
  });

  const headParameters = featureCount * classes + classes;
  const headShape = shapeText([batch, classes]);
  trainable += headParameters;
  multAdds += headParameters * batch;
  outputBytes += 2 * 4 * batch * classes;

  const [pooledHeight, pooledWidth, channels] = featureMapShape;
  const pooled = shapeText([batch, channels, pooledHeight, pooledWidth]);
  const inputBytes = 4 * product(input) + storageObjectBytes;
  const parameterBytes = 4 * (trainable + frozen);

  return [
    divider,
    rowText({ title: 'Layer (type:depth-idx)', shape: 'Output Shape', parameters: 'Param #' }),
    divider,
    rootText(headShape),
    rowText({ title: '├─Sequential: 1-1', shape: shapeText([batch, channels, height, width]), parameters: '--' }),
    ...rows.map(rowText),
    rowText({ title: '├─AdaptiveAvgPool2d: 1-2', shape: pooled, parameters: '--' }),
    rowText({ title: '├─Linear: 1-3', shape: headShape, parameters: grouped(headParameters) }),
    divider,
    `Total params: ${grouped(trainable + frozen)}`,
    `Trainable params: ${grouped(trainable)}`,
    `Non-trainable params: ${grouped(frozen)}`,
    multAddsLine(multAdds),
    divider,
    `Input size (MB): ${megabytes(inputBytes)}`,
    `Forward/backward pass size (MB): ${megabytes(outputBytes)}`,
    `Params size (MB): ${megabytes(parameterBytes)}`,
    `Estimated Total Size (MB): ${megabytes(inputBytes + outputBytes + parameterBytes)}`,
    divider,
  ].join('\n');
}
