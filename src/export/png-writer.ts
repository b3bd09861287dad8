import { crc32 } from '../domain/crc32';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(12 + content.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(content, 8);
  view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)));
  return out;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** 8-bit RGB pixels, row-major, as a PNG: what is read back is what was given, to the bit. https://www.w3.org/TR/png-3/ */
export async function writePng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  if (pixels.length !== width * height * 3) throw new RangeError(`${String(pixels.length)} values are no ${width} x ${height}`);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // 8 bits, truecolour, the one packing and filtering that there is, not interlaced.
  header.set([8, 2, 0, 0, 0], 8);
  const row = width * 3;
  const lines = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y += 1) {
    const at = y * (row + 1);
    // Filter `Up`: flat drawings become mostly zeros.
    lines[at] = 2;
    for (let x = 0; x < row; x += 1)
      lines[at + 1 + x] = (pixels[y * row + x] ?? 0) - (y === 0 ? 0 : (pixels[(y - 1) * row + x] ?? 0));
  }
  const parts = [
    new Uint8Array(signature),
    chunk('IHDR', header),
    chunk('IDAT', await deflate(lines)),
    chunk('IEND', new Uint8Array(0)),
  ];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
