import { convLayers, convsPerBlock } from '../../domain/vgg16';

/** One of VGG-16's five blocks, first to last. */
export interface BlockView {
  /** Of each convolution, whether it trains. */
  readonly trains: readonly boolean[];
}

/** Which convolutions of each block train when the last so many do. */
export function viewBlocks(unfrozen: number): BlockView[] {
  const firstTrained = convLayers.length - unfrozen;
  let before = 0;
  return convsPerBlock.map((count) => {
    const from = before;
    before += count;
    return { trains: Array.from({ length: count }, (_, conv) => from + conv >= firstTrained) };
  });
}

/** `Blocks 1 to 4 frozen, block 5 trains`. */
export function describeBlocks(unfrozen: number): string {
  const views = viewBlocks(unfrozen);
  const parts: string[] = [];
  const frozen = views.filter(({ trains }) => !trains.includes(true)).length;
  const wholeFrom = views.findIndex(({ trains }) => !trains.includes(false));
  if (frozen > 0) parts.push(nameBlocks(1, frozen, 'frozen', 'frozen'));
  const split = views[frozen];
  if (split?.trains.includes(false) === true) {
    const trained = split.trains.filter(Boolean).length;
    parts.push(`${String(trained)} of ${String(split.trains.length)} convolutions of block ${String(frozen + 1)} train`);
  }
  if (wholeFrom >= 0) parts.push(nameBlocks(wholeFrom + 1, views.length, 'trains', 'train'));
  const text = parts.join(', ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function nameBlocks(first: number, last: number, one: string, many: string): string {
  if (first === last) return `block ${String(first)} ${one}`;
  const joint = last - first === 1 ? 'and' : 'to';
  return `blocks ${String(first)} ${joint} ${String(last)} ${many}`;
}

/** `Block 5 trains`, `Last 4 convolutions train`. */
export function describeTrained(unfrozen: number): string {
  const isOne = unfrozen === 1 || unfrozen === convsPerBlock.at(-1);
  return `${nameUnfrozen(unfrozen).replace(/ \(.*/, '')} ${isOne ? 'trains' : 'train'}`;
}

const blockEnds = convsPerBlock.map((_, block) => convsPerBlock.slice(block).reduce((sum, count) => sum + count, 0));

/** The last so many convolutions, as they are chosen: `Block 5 (last 3)`, `Last 4`, `Blocks 4 and 5 (last 6)`, `Everything (13)`. */
export function nameUnfrozen(unfrozen: number): string {
  if (unfrozen === convLayers.length) return `Everything (${String(unfrozen)})`;
  const block = blockEnds.indexOf(unfrozen);
  if (block < 0) return unfrozen === 1 ? 'Last convolution' : `Last ${String(unfrozen)} convolutions`;
  const whole = nameBlocks(block + 1, convsPerBlock.length, '', '').trim();
  return `${whole.slice(0, 1).toUpperCase()}${whole.slice(1)} (last ${String(unfrozen)})`;
}
