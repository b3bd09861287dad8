/**
 * What can go wrong with an answer. `times`: for so many matching requests, for ever when absent.
 * `cut` closes the connection without an answer, `hang` never answers, `truncate` sends only the first bytes (as a whole
 * answer, so that only the content shows it), `flip` changes one byte, `append` adds text to the end, as a newer file has it.
 * @typedef {{ readonly match: RegExp, readonly times?: number } & (
 *   | { readonly kind: 'status', readonly status: number }
 *   | { readonly kind: 'truncate', readonly bytes: number }
 *   | { readonly kind: 'flip', readonly at: number }
 *   | { readonly kind: 'append', readonly text: string }
 *   | { readonly kind: 'redirect', readonly to: string }
 *   | { readonly kind: 'throttle', readonly bytesPerSecond: number }
 *   | { readonly kind: 'cut' }
 *   | { readonly kind: 'hang' })} Fault
 */

/**
 * The body with the fault's damage done; unchanged for faults of another kind.
 * @param {Buffer} body
 * @param {Fault} fault
 * @returns {Buffer}
 */
export function damage(body, fault) {
  if (fault.kind === 'truncate') return body.subarray(0, fault.bytes);
  if (fault.kind === 'flip') {
    const copy = Buffer.from(body);
    copy[fault.at] = (copy[fault.at] ?? 0) ^ 0xff;
    return copy;
  }
  if (fault.kind === 'append') return Buffer.concat([body, Buffer.from(fault.text)]);
  return body;
}

/**
 * The same chunks, at most so many bytes a second on average.
 * @param {AsyncIterable<Buffer>} chunks
 * @param {number} bytesPerSecond
 */
export async function* throttle(chunks, bytesPerSecond) {
  const started = performance.now();
  let sent = 0;
  for await (const chunk of chunks) {
    sent += chunk.byteLength;
    const due = started + (sent / bytesPerSecond) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    yield chunk;
  }
}

/**
 * A line that all answers share: at most so many bytes a second together, as a household's is.
 * @param {number} bytesPerSecond
 * @returns {(chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>}
 */
export function createLine(bytesPerSecond) {
  let free = 0;
  return async function* send(chunks) {
    for await (const chunk of chunks) {
      const now = performance.now();
      free = Math.max(now, free) + (chunk.byteLength / bytesPerSecond) * 1000;
      await new Promise((resolve) => setTimeout(resolve, free - now));
      yield chunk;
    }
  };
}
