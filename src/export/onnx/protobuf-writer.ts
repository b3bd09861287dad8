/**
 * Protocol Buffers' wire format, as much of it as an ONNX file needs: https://protobuf.dev/programming-guides/encoding/
 * Our own because ONNX's few messages have not moved in years and no package lays a message out without holding all of it: here a tensor's
 * values are made when their turn comes, and it is known where in the file they begin.
 */

/** Bytes that are made when they are written. */
export interface LatePiece {
  readonly length: number;
  readonly make: () => Uint8Array<ArrayBuffer>;
}

export type Piece = Uint8Array<ArrayBuffer> | LatePiece;

const wireTypes = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

/** A whole number from 0 to 2^53: seven bits a byte, the lowest first. */
export function encodeVarint(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let rest = value;
  // Not by shifts: these cut to 32 bits.
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function tag(field: number, wire: keyof typeof wireTypes): Uint8Array<ArrayBuffer> {
  return encodeVarint(field * 8 + wireTypes[wire]);
}

export function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

export function integerField(field: number, value: number): Piece[] {
  return [tag(field, 'varint'), encodeVarint(value)];
}

/** A message inside a message, or bytes. */
export function bytesField(field: number, content: readonly Piece[]): Piece[] {
  return [tag(field, 'lengthDelimited'), encodeVarint(lengthOf(content)), ...content];
}

export function textField(field: number, text: string): Piece[] {
  return bytesField(field, [new TextEncoder().encode(text)]);
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** A message's bytes in order: what is small together, what is late one by one. */
export async function* writePieces(pieces: readonly Piece[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let small: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      small.push(piece);
      continue;
    }
    yield join(small);
    small = [];
    // A task of its own each, so that a cancel is heard in between.
    await Promise.resolve();
    yield piece.make();
  }
  yield join(small);
}
