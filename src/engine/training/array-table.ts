import type { RunArray } from '../../storage/run-file';

/** Collects arrays and says where each lies; the same array twice lies there once. */
export class ArrayWriter {
  readonly arrays: RunArray[] = [];
  readonly #places = new Map<RunArray, number>();

  add(array: RunArray): number {
    const known = this.#places.get(array);
    if (known !== undefined) return known;
    this.#places.set(array, this.arrays.length);
    return this.arrays.push(array) - 1;
  }

  addNumbers(numbers: readonly number[]): number {
    return this.add(Float64Array.from(numbers));
  }

  /** Two arrays: bytes of each, and all as UTF-8 one after another. */
  addTexts(texts: readonly string[]): number {
    const encoded = texts.map((text) => new TextEncoder().encode(text));
    const lengths = Uint32Array.from(encoded, ({ length }) => length);
    const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const own of encoded) {
      bytes.set(own, at);
      at += own.length;
    }
    const place = this.add(lengths);
    this.add(bytes);
    return place;
  }
}

/** Throws a RangeError where something else lies, or nothing. */
export class ArrayReader {
  constructor(private readonly arrays: readonly RunArray[]) {}

  floats(at: number, length: number): Float32Array {
    const array = this.arrays[at];
    if (!(array instanceof Float32Array) || array.length !== length) throw new RangeError(`no ${String(length)} floats`);
    return array;
  }

  numbers(at: number): Float64Array {
    const array = this.arrays[at];
    if (!(array instanceof Float64Array)) throw new RangeError('no numbers');
    return array;
  }

  /** Rows of so many numbers each. */
  rows(at: number, width: number): number[][] {
    const numbers = this.numbers(at);
    if (numbers.length % width !== 0) throw new RangeError('a row is cut');
    return Array.from({ length: numbers.length / width }, (_, row) => [...numbers.subarray(row * width, (row + 1) * width)]);
  }

  counts(at: number): Uint32Array {
    const array = this.arrays[at];
    if (!(array instanceof Uint32Array)) throw new RangeError('no counts');
    return array;
  }

  texts(at: number): string[] {
    const lengths = this.counts(at);
    const bytes = this.arrays[at + 1];
    if (!(bytes instanceof Uint8Array)) throw new RangeError('no texts');
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let from = 0;
    const texts = Array.from(lengths, (length) => {
      from += length;
      return decoder.decode(bytes.subarray(from - length, from));
    });
    if (from !== bytes.length) throw new RangeError('texts are cut');
    return texts;
  }
}
