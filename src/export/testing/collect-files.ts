import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExportFile } from '../export-format';

export async function bytesOf({ bytes }: ExportFile): Promise<Uint8Array> {
  if (typeof bytes === 'string') return new TextEncoder().encode(bytes);
  if (bytes instanceof Uint8Array) return bytes;
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Every file of an export, by its path. */
export async function collectFiles(files: AsyncIterable<ExportFile>): Promise<Map<string, Uint8Array>> {
  const collected = new Map<string, Uint8Array>();
  for await (const file of files) collected.set(file.path, await bytesOf(file));
  return collected;
}

/** As somebody unpacks them. */
export async function unpackTo(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
