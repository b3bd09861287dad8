/** Bytes of one picture file, packed or loose: far above what 80 megapixels take, and small enough to hold four at once. */
export const maxPictureBytes = 200_000_000;
/** Bytes of one list of labels. */
export const maxTextBytes = 64_000_000;
/** Files of one import, whatever they are. */
export const maxFiles = 100_000;
/** Headers of one archive that are read, those of folders, links and long names too. */
export const maxHeaders = 4 * maxFiles;
/** Archives of one import, those inside others too. */
export const maxArchives = 500;
/** Archives inside one another: `dogs-vs-cats.zip` with its `train.zip` is two. */
export const maxDepth = 4;
/** Bytes that unpacked archives may take together in the browser's storage; its quota may be less. */
export const maxUnpackedBytes = 50_000_000_000;

/** Deflate gains at most 1,032 to 1; pictures gain next to nothing, and a drawing in one colour as a bitmap some hundreds. */
const maxGain = 250;
/** Below this nobody is harmed, whatever the gain. */
const harmlessBytes = 20_000_000;

/** Whether so much from so little is no archive of pictures. Sizes in bytes. */
export function isBomb(packed: number, unpacked: number): boolean {
  return unpacked > harmlessBytes && unpacked > packed * maxGain;
}
