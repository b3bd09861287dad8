import { PickleFault, type PickleBytesReader } from './pickle-bytes';
import type { PickleSequence, PickleStorage, PickleValue } from './pickle-values';
import { callGlobal, readPersistentId } from './torch-names';

/** An honest pickler has some thousands on its stack, and remembers some values a tensor. */
const largestStack = 100_000;
const largestMemo = 2_000_000;

/** Where a sequence or the pairs of a dict begin on the stack. */
export const mark = Symbol('mark');
type Place = PickleValue | typeof mark;

class Stack {
  readonly #places: Place[] = [];

  push(value: Place): void {
    if (this.#places.length >= largestStack) throw new PickleFault('its list is too deep');
    this.#places.push(value);
  }

  pop(): PickleValue {
    const value = this.#places.pop();
    if (value === undefined || value === mark) throw new PickleFault('its list takes what is not there');
    return value;
  }

  /** Off, whether it is a mark or a value. */
  drop(): void {
    if (this.#places.pop() === undefined) throw new PickleFault('its list takes what is not there');
  }

  top(): PickleValue {
    const value = this.#places.at(-1);
    if (value === undefined || value === mark) throw new PickleFault('its list takes what is not there');
    return value;
  }

  popToMark(): PickleValue[] {
    const at = this.#places.lastIndexOf(mark);
    if (at < 0) throw new PickleFault('its list takes what is not there');
    const values = this.#places.splice(at).filter((place) => place !== mark);
    return values;
  }
}

/** The state of a pickle machine; each opcode changes it. */
export class Machine {
  readonly stack = new Stack();
  /** What lies outside, by its key. */
  readonly storages = new Map<string, PickleStorage>();
  readonly #memo = new Map<number, PickleValue>();

  constructor(readonly input: PickleBytesReader) {}

  remember(place: number): void {
    if (this.#memo.size >= largestMemo) throw new PickleFault('it remembers too much');
    this.#memo.set(place, this.stack.top());
  }

  memoize(): void {
    this.remember(this.#memo.size);
  }

  recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw new PickleFault('it recalls what it never had');
    this.stack.push(value);
  }

  tuple(count: number): void {
    const items: PickleValue[] = [];
    for (let left = count; left > 0; left -= 1) items.unshift(this.stack.pop());
    this.stack.push({ kind: 'tuple', items });
  }

  sequence(kind: PickleSequence['kind']): void {
    this.stack.push({ kind, items: this.stack.popToMark() });
  }

  bytes(count: number): void {
    this.stack.push({ kind: 'bytes', bytes: this.input.bytes(count) });
  }

  storage(): void {
    const storage = readPersistentId(this.stack.pop());
    this.storages.set(storage.key, storage);
    this.stack.push(storage);
  }

  call(args: readonly PickleValue[]): void {
    this.stack.push(callGlobal(this.stack.pop(), args));
  }
}
