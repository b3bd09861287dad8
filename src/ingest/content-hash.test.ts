import { describe, expect, it } from 'vitest';
import { hashContent, hashContentAndPath } from './content-hash';

describe('hashContent', () => {
  it('gives the first 32 digits of SHA-256, with crypto.subtle and without', async () => {
    const abc = new TextEncoder().encode('abc');
    expect(await hashContent(abc)).toBe('ba7816bf8f01cfea414140de5dae2223');
    expect(await hashContent(abc, {})).toBe('ba7816bf8f01cfea414140de5dae2223');
  });

  it('gives other digits for another path, the same for the same', () => {
    expect(hashContentAndPath('a', 'cat/ü.jpg')).toBe(hashContentAndPath('a', 'cat/ü.jpg'));
    expect(hashContentAndPath('a', 'cat/ü.jpg')).not.toBe(hashContentAndPath('a', 'cat/u.jpg'));
  });
});
