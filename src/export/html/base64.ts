const alphabet = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const padding = '='.charCodeAt(0);

/** Base64 (RFC 4648, section 4) as the bytes of its letters: a string of so many would take two more copies. */
export function encodeBase64(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(base64Length(bytes.length)).fill(padding);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const rest = bytes.length - at;
    const three = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    out[to] = alphabet[three >> 18] ?? 0;
    out[to + 1] = alphabet[(three >> 12) & 63] ?? 0;
    if (rest > 1) out[to + 2] = alphabet[(three >> 6) & 63] ?? 0;
    if (rest > 2) out[to + 3] = alphabet[three & 63] ?? 0;
    to += 4;
  }
  return out;
}

/** Letters that so many bytes become. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
