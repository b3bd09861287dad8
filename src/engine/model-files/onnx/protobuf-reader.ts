import { HeadstartError, throwIfCancelled } from '../../../domain/errors';
import { type ByteSource, readPart } from '../byte-source';

/**
 * Protocol Buffers' wire format, read by ranges: https://protobuf.dev/programming-guides/encoding/
 * Our own because no package passes over a hundred megabytes of weights without taking them into memory first.
 */

export interface ProtobufField {
  readonly number: number;
  /** `length`: a text, bytes, a message or packed numbers. */
  readonly wire: 'varint' | 'length' | 'fixed32' | 'fixed64';
  /** Of a varint as int64; else its length in bytes. */
  readonly value: number;
  /** Of its content, bytes in the file; of a varint of itself. */
  readonly begin: number;
  readonly end: number;
}

const windowBytes = 1 << 16;
const longestVarint = 10;
const wires = ['varint', 'fixed64', 'length', null, null, 'fixed32', null, null] as const;
/** Of a whole file; one of VGG-16 has some hundreds. */
const mostFields = 1_000_000;
const longestText = 4_000_000;
/** Of numbers that are read one by one. */
const longestList = 10_000;

/** A varint at `at`, or null where it does not end; numbers beyond 2^53 lose their last digits. */
export function decodeVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | null {
  let [value, scale] = [0, 1];
  for (let place = 0; place < longestVarint; place += 1) {
    const byte = bytes[at + place];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    // Negative numbers are written as 2^64 more.
    if (byte < 0x80) return { value: value >= 2 ** 63 ? decodeNegative(bytes, at, place + 1) : value, end: at + place + 1 };
  }
  return null;
}

function decodeNegative(bytes: Uint8Array, at: number, length: number): number {
  let value = 0n;
  for (let place = length - 1; place >= 0; place -= 1) value = (value << 7n) | BigInt((bytes[at + place] ?? 0) & 0x7f);
  return Number(BigInt.asIntN(64, value));
}

/** Reads the fields of messages; what is long is passed over. Throws `model-file-damaged`, `model-file-truncated`, `cancelled`. */
export class ProtobufReader {
  readonly #source: ByteSource;
  readonly #signal: AbortSignal;
  #window = new Uint8Array(0);
  #windowAt = 0;
  #fields = 0;

  constructor(source: ByteSource, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  damaged(detail = 'its list of layers cannot be read'): HeadstartError {
    return new HeadstartError('model-file-damaged', { name: this.#source.name, detail });
  }

  /** The bytes from `at` on that are held, at least `count` where the file has them. */
  async #near(at: number, count: number): Promise<Uint8Array> {
    const [from, to] = [this.#windowAt, this.#windowAt + this.#window.length];
    if (at < from || Math.min(at + count, this.#source.size) > to) {
      throwIfCancelled(this.#signal);
      this.#window = await this.#source.read(at, Math.min(this.#source.size, at + windowBytes));
      this.#windowAt = at;
    }
    return this.#window.subarray(at - this.#windowAt);
  }

  async #varint(at: number, end: number): Promise<{ readonly value: number; readonly end: number }> {
    const decoded = decodeVarint(await this.#near(at, Math.min(longestVarint, end - at)), 0);
    if (decoded === null || at + decoded.end > end) throw this.damaged();
    return { value: decoded.value, end: at + decoded.end };
  }

  /** The fields of the message that lies there, in their order. */
  async *fields(begin: number, end: number): AsyncGenerator<ProtobufField> {
    let at = begin;
    while (at < end) {
      this.#fields += 1;
      if (this.#fields > mostFields) throw this.damaged('it has too many layers');
      const tag = await this.#varint(at, end);
      const number = Math.floor(tag.value / 8);
      const wire = wires[tag.value & 7];
      if (wire === null || wire === undefined || number < 1 || number >= 2 ** 29) throw this.damaged();
      let field: ProtobufField;
      if (wire === 'varint') {
        const { value, end: last } = await this.#varint(tag.end, end);
        field = { number, wire, value, begin: tag.end, end: last };
      } else {
        const length = wire === 'length' ? await this.#varint(tag.end, end) : { value: wire === 'fixed32' ? 4 : 8, end: tag.end };
        const last = length.end + length.value;
        if (length.value < 0 || !Number.isSafeInteger(last)) throw this.damaged();
        if (last > end)
          throw end === this.#source.size
            ? new HeadstartError('model-file-truncated', { name: this.#source.name, detail: 'its weights are not all there' })
            : this.damaged();
        field = { number, wire, value: length.value, begin: length.end, end: last };
      }
      yield field;
      at = field.end;
    }
  }

  async bytes({ begin, end }: Pick<ProtobufField, 'begin' | 'end'>, most = longestText): Promise<Uint8Array> {
    if (end - begin > most) throw this.damaged('a text in it is too long');
    const held = await this.#near(begin, Math.min(end - begin, windowBytes));
    return held.length >= end - begin ? held.slice(0, end - begin) : readPart(this.#source, begin, end, 'a text in it');
  }

  async text(field: ProtobufField): Promise<string> {
    if (field.wire !== 'length') throw this.damaged();
    return new TextDecoder().decode(await this.bytes(field));
  }

  /** The whole numbers of a repeated field: one, or packed. */
  async integers(field: ProtobufField): Promise<readonly number[]> {
    if (field.wire === 'varint') return [field.value];
    if (field.wire !== 'length') throw this.damaged();
    const bytes = await this.bytes(field, longestList);
    const values: number[] = [];
    for (let at = 0; at < bytes.length;) {
      const decoded = decodeVarint(bytes, at);
      if (decoded === null) throw this.damaged();
      values.push(decoded.value);
      at = decoded.end;
    }
    return values;
  }

  async float({ wire, begin, end }: ProtobufField): Promise<number> {
    if (wire !== 'fixed32') throw this.damaged();
    const bytes = await this.bytes({ begin, end });
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }
}
