import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { crc32, deflateRawSync } from 'node:zlib';
import { PlainFailure } from '../scripts/install.mjs';

/** Beyond these a ZIP needs fields that this writer does not write. */
const most = { files: 65_534, bytes: 4_294_967_294 };

/** Writes a ZIP of any size to disk, file after file, deflated as fast as it goes; nothing of it is held but its list. */
export class ZipWriter {
  readonly #stream: WriteStream;
  readonly #list: Buffer[] = [];
  #length = 0;

  constructor(path: string) {
    this.#stream = createWriteStream(path);
  }

  get bytes(): number {
    return this.#length;
  }

  async add(path: string, content: Buffer): Promise<void> {
    const name = Buffer.from(path);
    const packed = deflateRawSync(content, { level: 1 });
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x0314, 4);
    shared.copy(central, 6);
    central.writeUInt32LE(0o100644 * 65_536, 38);
    central.writeUInt32LE(this.#length, 42);
    this.#list.push(Buffer.concat([central, name]));
    await this.#write(Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), shared, name, packed]));
    if (this.#list.length > most.files || this.#length > most.bytes)
      throw new PlainFailure('So many files, or bytes, need a Zip64 archive, which this benchmark does not write.');
  }

  async close(): Promise<void> {
    const list = Buffer.concat(this.#list);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.#list.length, 8);
    end.writeUInt16LE(this.#list.length, 10);
    end.writeUInt32LE(list.length, 12);
    end.writeUInt32LE(this.#length, 16);
    await this.#write(Buffer.concat([list, end]));
    this.#stream.end();
    await once(this.#stream, 'close');
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#length += bytes.length;
    if (!this.#stream.write(bytes)) await once(this.#stream, 'drain');
  }
}
