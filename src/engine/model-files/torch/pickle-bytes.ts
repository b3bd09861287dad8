/** What a pickle is refused for that is cut or nonsense; `needsMore` where only its bytes end too early. */
export class PickleFault extends Error {
  override readonly name = 'PickleFault';

  constructor(
    message: string,
    readonly needsMore = false,
  ) {
    super(message);
  }
}

/** No line of text that a pickle needs is longer. */
const longestLine = 10_000;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/** Reads a pickle's bytes in their order; every length is checked before anything is taken. */
export class PickleBytesReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  #skip(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw new PickleFault('it ends in the middle of its list', true);
    this.#at = at + count;
    return at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  float64(): number {
    // The one number of a pickle that is big-endian.
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** A length of eight bytes. */
  length64(): number {
    const length = this.#view.getBigUint64(this.#skip(8), true);
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw new PickleFault('a length is impossible');
    return Number(length);
  }

  /** A view. */
  bytes(count: number): Uint8Array {
    const at = this.#skip(count);
    return this.#bytes.subarray(at, at + count);
  }

  text(count: number): string {
    return utf8.decode(this.bytes(count));
  }

  /** As Python 2 wrote it. */
  latin(count: number): string {
    return latin1.decode(this.bytes(count));
  }

  /** Text up to the end of its line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    const isCut = end < 0;
    const length = (isCut ? this.#bytes.length : end) - this.#at;
    if (length > longestLine) throw new PickleFault('a line is too long');
    if (isCut) throw new PickleFault('it ends in the middle of its list', true);
    const text = utf8.decode(this.bytes(length));
    this.#skip(1);
    return text;
  }

  /** Text up to the end of its line as Python escapes it: Latin-1, and `\\u` with four digits, `\\U` with eight. */
  escapedLine(): string {
    const at = this.#at;
    this.line();
    const text = latin1.decode(this.#bytes.subarray(at, this.#at - 1));
    return text.replace(/\\u([\da-fA-F]{4})|\\U000([\da-fA-F]{5})/g, (whole, short?: string, long?: string) => {
      const code = parseInt(short ?? long ?? '', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
  }

  /** A whole number in two's complement, the lowest byte first. */
  long(count: number): number | bigint {
    if (count > 1000) throw new PickleFault('a number is too long');
    const bytes = this.bytes(count);
    if (bytes.length === 0) return 0;
    let value = 0n;
    for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
    return toNumber(BigInt.asIntN(count * 8, value));
  }
}

/** As a number where it is one exactly. */
export function toNumber(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
