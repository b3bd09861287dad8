import { describe, expect, it } from 'vitest';
import { sha256Hex } from './sha256';

const abc = new TextEncoder().encode('abc');
/** FIPS 180-4's example. */
const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('sha256Hex', () => {
  it('gives the digest of the standard with the browser’s own implementation', async () => {
    expect(await sha256Hex(abc)).toBe(expected);
  });

  it('gives the same at an insecure address, where crypto.subtle is absent', async () => {
    expect(await sha256Hex(abc, {})).toBe(expected);
  });
});
