import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 as 64 hexadecimal digits. `crypto.subtle` exists only at https and localhost; elsewhere a library does the same, slower. */
export async function sha256Hex(
  bytes: Uint8Array,
  { subtle }: { readonly subtle?: SubtleCrypto } = globalThis.crypto,
): Promise<string> {
  // The copy gives subtle a plain ArrayBuffer, which its type asks for.
  if (subtle === undefined) return bytesToHex(sha256(bytes));
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', new Uint8Array(bytes))));
}
