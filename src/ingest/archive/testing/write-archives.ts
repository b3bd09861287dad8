import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** One entry of a ZIP to be; what is left out is as an honest tool would write it. */
export interface ZipEntry {
  readonly path: string;
  readonly content?: Uint8Array<ArrayBuffer> | string;
  readonly stored?: boolean;
  /** General purpose flags besides UTF-8; 1 is encrypted. */
  readonly flags?: number;
  readonly method?: number;
  readonly crc32?: number;
  /** What the list says in place of the truth. */
  readonly bytes?: number;
  readonly packedBytes?: number;
  /** Unix mode, such as 0o120777 for a link. */
  readonly mode?: number;
  /** In place of the packed content. */
  readonly packed?: Uint8Array<ArrayBuffer>;
  /** The list points to this entry's bytes instead of own ones. */
  readonly sameBytesAs?: number;
  /** Sizes in Zip64 fields. */
  readonly zip64?: boolean;
}

type Bytes = Uint8Array<ArrayBuffer>;

export function toBytes(content: Bytes | string): Bytes {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

export function join(...parts: readonly Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Numbers in little-endian order, each with its width in bytes. */
function pack(...fields: readonly (readonly [value: number, width: 2 | 4 | 8])[]): Bytes {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value >>> 0, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

/** A ZIP as tools write it, local headers first, or with any of its promises broken. */
export function writeZip(entries: readonly ZipEntry[]): Bytes {
  const parts: Bytes[] = [];
  const list: Bytes[] = [];
  const offsets: number[] = [];
  let length = 0;
  for (const entry of entries) {
    const content = toBytes(entry.content ?? '');
    const method = entry.method ?? (entry.stored === true ? 0 : 8);
    const packed = entry.packed ?? (method === 8 ? new Uint8Array(deflateRawSync(content)) : content);
    const name = toBytes(entry.path);
    const [bytes, packedBytes] = [entry.bytes ?? content.length, entry.packedBytes ?? packed.length];
    const sum = entry.crc32 ?? crc32(content);
    const flags = 0x800 | (entry.flags ?? 0);
    const offset = offsets[entry.sameBytesAs ?? -1] ?? length;
    offsets.push(offset);
    const isLong = entry.zip64 === true;
    const sizes = isLong
      ? ([
          [0xffffffff, 4],
          [0xffffffff, 4],
        ] as const)
      : ([
          [packedBytes, 4],
          [bytes, 4],
        ] as const);
    const local = isLong ? pack([1, 2], [16, 2], [bytes, 8], [packedBytes, 8]) : new Uint8Array();
    const central = isLong ? pack([1, 2], [24, 2], [bytes, 8], [packedBytes, 8], [offset, 8]) : new Uint8Array();
    if (entry.sameBytesAs === undefined) {
      const header = pack(
        [0x04034b50, 4],
        [20, 2],
        [flags, 2],
        [method, 2],
        [0, 4],
        [sum, 4],
        ...sizes,
        [name.length, 2],
        [local.length, 2],
      );
      const part = join(header, name, local, packed);
      parts.push(part);
      length += part.length;
    }
    list.push(
      join(
        pack(
          [0x02014b50, 4],
          [0x0314, 2],
          [20, 2],
          [flags, 2],
          [method, 2],
          [0, 4],
          [sum, 4],
          ...sizes,
          [name.length, 2],
          [central.length, 2],
        ),
        pack([0, 2], [0, 2], [0, 2], [(entry.mode ?? 0o100644) * 65_536, 4], [isLong ? 0xffffffff : offset, 4]),
        name,
        central,
      ),
    );
  }
  const listBytes = join(...list);
  const end = pack(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [entries.length, 2],
    [entries.length, 2],
    [listBytes.length, 4],
    [length, 4],
    [0, 2],
  );
  return join(...parts, listBytes, end);
}

export interface TarEntry {
  readonly path: string;
  readonly content?: Bytes | string;
  readonly type?: string;
  readonly linkName?: string;
  /** What the header says in place of the truth. */
  readonly bytes?: number;
}

function tarBlock({ path, content = '', type = '0', linkName = '', bytes }: TarEntry): Bytes {
  const block = new Uint8Array(512);
  const put = (text: string, at: number): void => block.set(toBytes(text), at);
  const size = bytes ?? toBytes(content).length;
  put(path, 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${size.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put('        ', 148);
  put(type, 156);
  put(linkName, 157);
  put('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A tar with the two empty blocks at its end. */
export function writeTar(entries: readonly TarEntry[]): Bytes {
  const parts = entries.flatMap((entry) => {
    const content = toBytes(entry.content ?? '');
    return [tarBlock(entry), content, new Uint8Array((512 - (content.length % 512)) % 512)];
  });
  return join(...parts, new Uint8Array(1024));
}

/** An extended header for the entry after it. */
export function paxEntry(fields: Readonly<Record<string, string>>): TarEntry {
  const records = Object.entries(fields).map(([key, value]) => {
    const rest = toBytes(` ${key}=${value}\n`).length;
    let length = rest + String(rest).length;
    while (String(length).length + rest !== length) length += 1;
    return `${String(length)} ${key}=${value}\n`;
  });
  return { path: 'PaxHeaders/x', type: 'x', content: records.join('') };
}

export function gzip(bytes: Bytes): Bytes {
  return new Uint8Array(gzipSync(bytes));
}
