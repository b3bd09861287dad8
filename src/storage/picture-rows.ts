import * as v from 'valibot';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A part of a file of the pictures' folder. `crc`: CRC-32 of its bytes. */
const filePart = v.object({ file: v.string(), at: count, bytes: count, crc: count });
export type FilePart = v.InferOutput<typeof filePart>;

const pictureRow = v.object({
  place: v.variant('kind', [
    v.object({ kind: v.literal('copy'), part: filePart }),
    /** `modified`: milliseconds since 1970, as the file said when it was taken in. */
    v.object({ kind: v.literal('left'), folder: v.string(), path: v.string(), bytes: count, modified: v.number() }),
  ]),
  thumbnail: v.nullable(filePart),
});

/** Where a picture is kept, by its content. */
export type PictureRow = v.InferOutput<typeof pictureRow>;
export type PicturePlace = PictureRow['place'];
export type LeftPlace = Extract<PicturePlace, { readonly kind: 'left' }>;

/** Null where this is no such row. */
export function parsePictureRow(stored: unknown): PictureRow | null {
  const parsed = v.safeParse(pictureRow, stored);
  return parsed.success ? parsed.output : null;
}
