import { describe, expect, it } from 'vitest';
import { linkOf, withoutLink } from './project-address';

const base = 'https://school.example/headstart/';

describe('the address', () => {
  it('asks for a file beside the page', () => {
    expect(linkOf(base, base)).toBeNull();
    expect(linkOf(`${base}?x=1&project=sets/cats.zip`, base)).toBe('https://school.example/headstart/sets/cats.zip');
    // Of another site: it is for the page to refuse it, so it must not become one of this site.
    expect(linkOf(`${base}?project=//elsewhere.example/x.zip`, base)).toBe('https://elsewhere.example/x.zip');
    expect(linkOf(`${base}?project=javascript:alert(1)`, base)).toBe('javascript:alert(1)');
    expect(linkOf(`${base}?project=http://`, base)).toBeNull();
    expect(linkOf(`${base}?project=`, base)).toBeNull();
  });

  it('asks for it once', () => {
    expect(withoutLink(`${base}?theme=x&project=sets/cats.zip#step`)).toBe(`${base}?theme=x#step`);
    expect(withoutLink(base)).toBe(base);
  });
});
