/** Compressed bytes given to the browser at once: it unpacks all of them before anyone can stop it, 66 MB at the very most. */
const fedAtOnce = 65_536;
/** Read from the disk at once. */
const readAtOnce = 1 << 20;

/** What ends a stream early: its bytes are damaged or cut. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream';
}

/** The bytes of a blob, piece by piece; whoever stops iterating stops the reading. Rejects as the blob's own reading does. */
export async function* readPieces(blob: Blob, from = 0): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = from; at < blob.size; at += readAtOnce) yield new Uint8Array(await blob.slice(at, at + readAtOnce).arrayBuffer());
}

/**
 * Unpacks a stream piece by piece. Whoever stops iterating ends it, so a bomb costs no more than what was taken.
 * @throws BrokenStream when the packed bytes are damaged or end early; what `source` throws.
 */
export async function* inflate(
  source: AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: CompressionFormat,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream(format);
  const writer = writable.getWriter();
  const reader = readable.getReader();
  /** Boxed, because it is set from a callback. */
  const failure: { thrown: unknown } = { thrown: null };
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of source)
        for (let at = 0; at < piece.length; at += fedAtOnce) {
          await writer.ready;
          await writer.write(piece.subarray(at, at + fedAtOnce));
        }
    } catch (thrown) {
      failure.thrown = thrown;
      await writer.abort(thrown);
      return;
    }
    await writer.close();
  };
  // What goes wrong in the stream itself shows at its reading end.
  const fed = feed().catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        if (failure.thrown instanceof Error && !(failure.thrown instanceof TypeError)) throw failure.thrown;
        throw new BrokenStream('the packed bytes are damaged', { cause });
      });
      if (done) break;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    await writer.abort().catch(() => undefined);
    await fed;
  }
}
