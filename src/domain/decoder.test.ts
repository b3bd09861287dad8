import { expect, it } from 'vitest';
import { decoderOf } from './decoder';

it('names what decodes and its major version, and nothing that changes between two visits of the same', () => {
  const chromium = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
  expect(decoderOf(chromium)).toBe('Chromium 156, fitting 1');
  expect(decoderOf(`${chromium} Edg/156.0.3.1`)).toBe('Chromium 156, fitting 1');
  expect(decoderOf(chromium.replace('156.0.0.0', '157.1.0.0'))).toBe('Chromium 157, fitting 1');
  expect(decoderOf('Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0')).toBe('Firefox 153, fitting 1');
  expect(
    decoderOf(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    ),
  ).toBe('Safari 19, fitting 1');
  expect(decoderOf('another')).toBe('another, fitting 1');
});
