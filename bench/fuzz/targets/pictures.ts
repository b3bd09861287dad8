import { readdirSync, readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { crc32 } from '../../../src/domain/crc32';
import { readTakenAt } from '../../../src/ingest/exif';
import { readOrientation } from '../../../src/ingest/exif-orientation';
import { checkHeader, maxPixels, refuseByStart } from '../../../src/ingest/picture-header';
import { scanPicture } from '../../../src/ingest/picture-scan';
import { sniffLength } from '../../../src/ingest/picture-format';
import { type Bytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { type FuzzTarget, promise } from '../target';

const folder = new URL('../../../src/ingest/fixtures/formats/', import.meta.url);
/** Every format of the tests, as far as a file is small. */
const files: readonly Bytes[] = [
  ...readdirSync(folder)
    .filter((name) => /\.(jpe?g|png|webp|gif|bmp|avif|heic)$/i.test(name))
    .sort()
    .map((name) => new Uint8Array(readFileSync(new URL(name, folder)))),
  new Uint8Array(PNG.sync.write(new PNG({ width: 16, height: 12 }))),
];
const small = files.filter(({ length }) => length <= 20_000);

/** Makes a PNG's checksums right again, as far as its chunks go. */
function repairPng(bytes: Bytes): Bytes {
  const view = new DataView(bytes.buffer);
  if (bytes.length < 8 || view.getUint32(0) !== 0x89504e47) return bytes;
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    view.setUint32(end - 4, crc32(bytes.subarray(at + 4, end - 4)));
    at = end;
  }
  return bytes;
}

const day = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/** Headers, EXIF blocks and boxes: all that is read of a picture before a decoder sees it. */
export const pictureTarget: FuzzTarget<Bytes> = {
  name: 'picture headers',
  of: 'picture-header, picture-scan, exif, exif-orientation (JPEG, PNG, WebP, GIF, BMP, AVIF, HEIC)',
  make: (rng) => {
    const bytes = mutateBytes(small, rng);
    return rng.integer(2) === 0 ? repairPng(bytes) : bytes;
  },
  run: (bytes) => {
    refuseByStart(bytes.length, bytes.subarray(0, sniffLength));
    const { format, refusal } = checkHeader(bytes);
    if (format !== null) {
      const takenAt = readTakenAt(bytes, format);
      promise(takenAt === null || day.test(takenAt), 'a date is a date');
      const turned = readOrientation(bytes, format);
      if (turned !== null) {
        promise(
          turned.upright.length === bytes.length && turned.upright !== bytes,
          'an upright file is a copy of the same length',
        );
        promise(readOrientation(turned.upright, format) === null, 'an upright file is upright');
      }
    }
    if (refusal !== null) return 'refused';
    const { width, height, state } = scanPicture(bytes, format);
    promise(state === 'complete' || state === 'unknown', 'what comes in is whole');
    promise((width ?? 0) * (height ?? 0) <= maxPixels, 'what comes in is no larger than can be opened');
    return 'accepted';
  },
  smaller: smallerBytes,
  show: showBytes,
};
