import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Hexadecimal digits of an id: 128 bits, enough that two pictures never share one. */
const idLength = 32;

/**
 * SHA-256 of a file's content, 64 hexadecimal digits.
 * `crypto.subtle` is absent on http pages other than localhost; there the library computes the same.
 */
export async function digestContent(
  bytes: Uint8Array<ArrayBuffer>,
  { subtle }: { readonly subtle?: SubtleCrypto } = globalThis.crypto,
): Promise<string> {
  return bytesToHex(subtle === undefined ? sha256(bytes) : new Uint8Array(await subtle.digest('SHA-256', bytes)));
}

/** As `digestContent`, its first 32 digits: what a picture is known by. */
export async function hashContent(bytes: Uint8Array<ArrayBuffer>, having?: { readonly subtle?: SubtleCrypto }): Promise<string> {
  return contentHashOf(await digestContent(bytes, having));
}

export function contentHashOf(digest: string): string {
  return digest.slice(0, idLength);
}

/** The id of a picture whose content stands in another class too: of content and path together. */
export function hashContentAndPath(contentHash: string, path: string): string {
  return bytesToHex(sha256(utf8ToBytes(`${contentHash}\n${path}`))).slice(0, idLength);
}
