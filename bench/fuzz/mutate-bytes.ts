import type { Rng } from '../../src/domain/rng';
import { pick } from './target';

export type Bytes = Uint8Array<ArrayBuffer>;

/** Larger inputs only take longer. */
const mostBytes = 1 << 18;
/** Lengths and counts at which parsers break. */
const hostileNumbers = [0, 1, 2, 3, 7, 8, 255, 256, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

export function joinBytes(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function writeNumber(bytes: Bytes, rng: Rng): Bytes {
  const width = pick(rng, [1, 2, 4, 8]);
  if (bytes.length < width) return bytes;
  const at = rng.integer(bytes.length - width + 1);
  const near = [bytes.length, bytes.length - at, bytes.length - at - width, at];
  const value = Math.max(0, pick(rng, [...hostileNumbers, ...near]) + rng.integer(3) - 1);
  const isLittle = rng.integer(2) === 0;
  const view = new DataView(bytes.buffer);
  if (width === 1) view.setUint8(at, value & 255);
  else if (width === 2) view.setUint16(at, value & 0xffff, isLittle);
  else if (width === 4) view.setUint32(at, value >>> 0, isLittle);
  else view.setBigUint64(at, rng.integer(2) === 0 ? BigInt(value) : 2n ** 64n - 1n - BigInt(value), isLittle);
  return bytes;
}

function range(bytes: Bytes, rng: Rng): readonly [from: number, to: number] {
  const from = rng.integer(bytes.length + 1);
  // Mostly short: whole fields rather than halves of a file.
  const length = rng.integer(4) === 0 ? rng.integer(bytes.length + 1) : rng.integer(64);
  return [from, Math.min(bytes.length, from + length)];
}

const changes: readonly ((bytes: Bytes, rng: Rng, others: readonly Bytes[]) => Bytes)[] = [
  // flip
  (bytes, rng) => {
    if (bytes.length === 0) return bytes;
    const at = rng.integer(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.integer(8));
    return bytes;
  },
  writeNumber,
  writeNumber,
  // cut the end off, or something out of the middle
  (bytes, rng) => bytes.slice(0, rng.integer(bytes.length + 1)),
  (bytes, rng) => {
    const [from, to] = range(bytes, rng);
    return joinBytes(bytes.subarray(0, from), bytes.subarray(to));
  },
  // repeat
  (bytes, rng) => {
    const [from, to] = range(bytes, rng);
    const times = rng.integer(20) === 0 ? 1 + rng.integer(2000) : 1 + rng.integer(4);
    const most = Math.max(0, Math.min(times, Math.floor((mostBytes - bytes.length) / Math.max(1, to - from))));
    const part = bytes.subarray(from, to);
    return joinBytes(bytes.subarray(0, to), ...Array.from({ length: most }, () => part), bytes.subarray(to));
  },
  // splice another valid one in, or go on with its end
  (bytes, rng, others) => {
    const other = pick(rng, others);
    const [from, to] = range(other, rng);
    const at = rng.integer(bytes.length + 1);
    return joinBytes(bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at));
  },
  (bytes, rng, others) => {
    const other = pick(rng, others);
    return joinBytes(bytes.subarray(0, rng.integer(bytes.length + 1)), other.subarray(rng.integer(other.length + 1)));
  },
  // put chance in
  (bytes, rng) => {
    const [from, to] = range(bytes, rng);
    for (let at = from; at < to; at += 1) bytes[at] = rng.integer(256);
    return bytes;
  },
  // move a part to another place
  (bytes, rng) => {
    const [from, to] = range(bytes, rng);
    const rest = joinBytes(bytes.subarray(0, from), bytes.subarray(to));
    const at = rng.integer(rest.length + 1);
    return joinBytes(rest.subarray(0, at), bytes.subarray(from, to), rest.subarray(at));
  },
];

/** One of the valid inputs with one to six things wrong with it. */
export function mutateBytes(valid: readonly Bytes[], rng: Rng): Bytes {
  let bytes: Bytes = pick(rng, valid).slice();
  for (let left = 1 + rng.integer(6); left > 0; left -= 1) {
    bytes = pick(rng, changes)(bytes, rng, valid);
    if (bytes.length > mostBytes) bytes = bytes.slice(0, mostBytes);
  }
  return bytes;
}

/** Parts left out, the largest first, then bytes made zero. */
export function* smallerBytes(bytes: Bytes): Iterable<Bytes> {
  for (let length = Math.ceil(bytes.length / 2); length >= 1; length = Math.floor(length / 2))
    for (let from = 0; from < bytes.length; from += length)
      yield joinBytes(bytes.subarray(0, from), bytes.subarray(from + length));
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === 0) continue;
    const zeroed = bytes.slice();
    zeroed[at] = 0;
    yield zeroed;
  }
}

export function showBytes(bytes: Bytes): string {
  return `${String(bytes.length)} bytes, base64: ${Buffer.from(bytes.subarray(0, 3000)).toString('base64')}`;
}
