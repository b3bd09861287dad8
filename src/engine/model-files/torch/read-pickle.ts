import { PickleBytesReader, PickleFault } from './pickle-bytes';
import { Machine, mark } from './pickle-machine';
import { parseDecimal, parseInteger, parseIntegerOrTruth, parsePlace, unquote } from './pickle-text-numbers';
import type { PickleDict, PickleSequence, PickleStorage, PickleValue } from './pickle-values';
import { callGlobal, findGlobal } from './torch-names';

function addPairs(dict: PickleValue, values: readonly PickleValue[]): void {
  if (typeof dict !== 'object' || dict?.kind !== 'dict' || values.length % 2 !== 0)
    throw new PickleFault('something is put into what is no dict');
  for (let at = 0; at < values.length; at += 2) dict.entries.push([values[at] ?? null, values[at + 1] ?? null]);
}

function addItems(sequence: PickleValue, values: readonly PickleValue[], kind: PickleSequence['kind']): void {
  if (typeof sequence !== 'object' || sequence?.kind !== kind) throw new PickleFault('something is put into what cannot hold it');
  for (const value of values) sequence.items.push(value);
}

function textOf(value: PickleValue): string {
  if (typeof value !== 'string') throw new PickleFault('a name is none');
  return value;
}

function argumentsOf(value: PickleValue): readonly PickleValue[] {
  if (typeof value !== 'object' || value?.kind !== 'tuple') throw new PickleFault('arguments are none');
  return value.items;
}

/** All opcodes of protocols 0 to 5 but STOP, by their byte: https://github.com/python/cpython/blob/main/Lib/pickletools.py */
const opcodes: Readonly<Record<number, (machine: Machine) => void>> = {
  // marks, and what is left out
  0x28: ({ stack }) => {
    stack.push(mark);
  },
  0x30: ({ stack }) => {
    stack.drop();
  },
  0x31: ({ stack }) => {
    stack.popToMark();
  },
  0x32: ({ stack }) => {
    stack.push(stack.top());
  },
  // protocol and frames only say what comes
  0x80: ({ input }) => {
    if (input.uint8() > 5) throw new PickleFault('its protocol is newer than this page knows');
  },
  0x95: ({ input }) => {
    input.length64();
  },
  // numbers and truth
  0x46: ({ stack, input }) => {
    stack.push(parseDecimal(input.line()));
  },
  0x47: ({ stack, input }) => {
    stack.push(input.float64());
  },
  0x49: ({ stack, input }) => {
    stack.push(parseIntegerOrTruth(input.line()));
  },
  0x4a: ({ stack, input }) => {
    stack.push(input.int32());
  },
  0x4b: ({ stack, input }) => {
    stack.push(input.uint8());
  },
  0x4c: ({ stack, input }) => {
    stack.push(parseInteger(input.line()));
  },
  0x4d: ({ stack, input }) => {
    stack.push(input.uint16());
  },
  0x4e: ({ stack }) => {
    stack.push(null);
  },
  0x88: ({ stack }) => {
    stack.push(true);
  },
  0x89: ({ stack }) => {
    stack.push(false);
  },
  0x8a: ({ stack, input }) => {
    stack.push(input.long(input.uint8()));
  },
  0x8b: ({ stack, input }) => {
    stack.push(input.long(input.uint32()));
  },
  // texts and bytes
  0x53: ({ stack, input }) => {
    stack.push(unquote(input.line()));
  },
  0x54: ({ stack, input }) => {
    stack.push(input.latin(input.uint32()));
  },
  0x55: ({ stack, input }) => {
    stack.push(input.latin(input.uint8()));
  },
  0x56: ({ stack, input }) => {
    stack.push(input.escapedLine());
  },
  0x58: ({ stack, input }) => {
    stack.push(input.text(input.uint32()));
  },
  0x8c: ({ stack, input }) => {
    stack.push(input.text(input.uint8()));
  },
  0x8d: ({ stack, input }) => {
    stack.push(input.text(input.length64()));
  },
  0x42: (machine) => {
    machine.bytes(machine.input.uint32());
  },
  0x43: (machine) => {
    machine.bytes(machine.input.uint8());
  },
  0x8e: (machine) => {
    machine.bytes(machine.input.length64());
  },
  0x96: (machine) => {
    machine.bytes(machine.input.length64());
  },
  // lists, tuples, sets, dicts
  0x5d: ({ stack }) => {
    stack.push({ kind: 'list', items: [] });
  },
  0x29: ({ stack }) => {
    stack.push({ kind: 'tuple', items: [] });
  },
  0x8f: ({ stack }) => {
    stack.push({ kind: 'set', items: [] });
  },
  0x7d: ({ stack }) => {
    stack.push({ kind: 'dict', entries: [] });
  },
  0x6c: (machine) => {
    machine.sequence('list');
  },
  0x74: (machine) => {
    machine.sequence('tuple');
  },
  0x91: (machine) => {
    machine.sequence('set');
  },
  0x85: (machine) => {
    machine.tuple(1);
  },
  0x86: (machine) => {
    machine.tuple(2);
  },
  0x87: (machine) => {
    machine.tuple(3);
  },
  0x64: ({ stack }) => {
    const dict: PickleDict = { kind: 'dict', entries: [] };
    addPairs(dict, stack.popToMark());
    stack.push(dict);
  },
  0x61: ({ stack }) => {
    const value = stack.pop();
    addItems(stack.top(), [value], 'list');
  },
  0x65: ({ stack }) => {
    const values = stack.popToMark();
    addItems(stack.top(), values, 'list');
  },
  0x90: ({ stack }) => {
    const values = stack.popToMark();
    addItems(stack.top(), values, 'set');
  },
  0x73: ({ stack }) => {
    const value = stack.pop();
    const key = stack.pop();
    addPairs(stack.top(), [key, value]);
  },
  0x75: ({ stack }) => {
    const values = stack.popToMark();
    addPairs(stack.top(), values);
  },
  // what was seen before
  0x67: (machine) => {
    machine.recall(parsePlace(machine.input.line()));
  },
  0x68: (machine) => {
    machine.recall(machine.input.uint8());
  },
  0x6a: (machine) => {
    machine.recall(machine.input.uint32());
  },
  0x70: (machine) => {
    machine.remember(parsePlace(machine.input.line()));
  },
  0x71: (machine) => {
    machine.remember(machine.input.uint8());
  },
  0x72: (machine) => {
    machine.remember(machine.input.uint32());
  },
  0x94: (machine) => {
    machine.memoize();
  },
  // names and calls: only those of torch-names, and as data
  0x63: ({ stack, input }) => {
    stack.push(findGlobal(input.line(), input.line()));
  },
  0x93: ({ stack }) => {
    const name = textOf(stack.pop());
    stack.push(findGlobal(textOf(stack.pop()), name));
  },
  0x52: (machine) => {
    machine.call(argumentsOf(machine.stack.pop()));
  },
  0x81: (machine) => {
    machine.call(argumentsOf(machine.stack.pop()));
  },
  0x92: (machine) => {
    // Named arguments: nothing that is allowed takes any.
    machine.stack.pop();
    machine.call(argumentsOf(machine.stack.pop()));
  },
  0x69: ({ stack, input }) => {
    const global = findGlobal(input.line(), input.line());
    stack.push(callGlobal(global, stack.popToMark()));
  },
  0x6f: ({ stack }) => {
    const [called, ...args] = stack.popToMark();
    stack.push(callGlobal(called, args));
  },
  // The state of what was made, such as a state dict's versions: of no use here.
  0x62: ({ stack }) => {
    stack.pop();
    stack.top();
  },
  // what lies outside
  0x51: (machine) => {
    machine.storage();
  },
};

export interface ReadPickle {
  readonly value: PickleValue;
  /** What lies outside, by its key. */
  readonly storages: ReadonlyMap<string, PickleStorage>;
  /** The byte after it. */
  readonly end: number;
}

/**
 * Reads one pickle as data, from byte `start` on. It never runs anything: each opcode builds plain values, a name that is not allowed ends
 * the reading, and what would be called is looked up in a list of our own that turns arguments into data.
 * @throws PickleFault, RefusedName
 */
export function readPickle(bytes: Uint8Array, start = 0): ReadPickle {
  const input = new PickleBytesReader(bytes, start);
  const machine = new Machine(input);
  for (;;) {
    const code = input.uint8();
    if (code === 0x2e) return { value: machine.stack.pop(), storages: machine.storages, end: input.at };
    const opcode = opcodes[code];
    if (opcode === undefined) throw new PickleFault('its list holds what no pickle holds');
    opcode(machine);
  }
}
