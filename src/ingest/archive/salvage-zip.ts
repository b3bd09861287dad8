import { describeError, HeadstartError, throwIfCancelled } from '../../domain/errors';
import { entryPath } from './entry-path';
import { isBomb, maxFiles, maxHeaders } from './limits';
import type { Finding } from './member';

const localSignature = 0x04034b50;
const headerBytes = 30;
/** Read at once: the header and any name that a file may have here. */
const readAtOnce = 4096;

/**
 * What a ZIP without its list holds, by the headers before its files, from the beginning on. It ends where a header does not say
 * how long its file is, or where the file is cut. What cannot be taken (a locked file) is passed over: nothing is known for sure here.
 * @throws HeadstartError `archive-broken` when not one file is whole, `cancelled`
 */
export async function salvageZip(
  name: string,
  archive: Blob,
  onCount: (files: number) => void,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const decoder = new TextDecoder();
  let [offset, headers] = [0, 0];
  while (offset + headerBytes <= archive.size && findings.length <= maxFiles && headers < maxHeaders) {
    headers += 1;
    throwIfCancelled(signal);
    const header = new Uint8Array(await archive.slice(offset, offset + readAtOnce).arrayBuffer());
    const view = new DataView(header.buffer);
    if (header.length < headerBytes || view.getUint32(0, true) !== localSignature) break;
    const flags = view.getUint16(6, true);
    const method = view.getUint16(8, true);
    const [packedBytes, bytes] = [view.getUint32(18, true), view.getUint32(22, true)];
    // Bit 3: sizes stand behind the file, which cannot be found without them. All ones: in a Zip64 field.
    if ((flags & 8) !== 0 || packedBytes === 0xffffffff || bytes === 0xffffffff) break;
    const nameLength = view.getUint16(26, true);
    const from = offset + headerBytes + nameLength + view.getUint16(28, true);
    if (from + packedBytes > archive.size || headerBytes + nameLength > header.length) break;
    const path = entryPath(decoder.decode(header.subarray(headerBytes, headerBytes + nameLength)));
    const isFolder = header[headerBytes + nameLength - 1] === 0x2f;
    const isPlain = (flags & 1) === 0 && (method === 8 || (method === 0 && packedBytes === bytes));
    if (path !== null && !isFolder && isPlain && !isBomb(packedBytes, bytes)) {
      const crc32 = view.getUint32(14, true);
      findings.push({
        member: {
          path,
          source: {
            kind: 'zip-member',
            archive,
            offset,
            packedBytes,
            bytes,
            method: method === 0 ? 'stored' : 'deflated',
            crc32,
          },
        },
      });
      onCount(findings.length);
    }
    offset = from + packedBytes;
  }
  if (findings.length === 0) throw new HeadstartError('archive-broken', { name });
  return [...findings, { skipped: { path: '', reason: describeError('archive-cut', { name }) } }];
}
