import { describe, expect, it } from 'vitest';
import { addressWithProject, readProjectAddress } from './project-address';

const base = 'https://school.example/headstart/';

describe('the address', () => {
  it('names the tab’s project, and a file beside the page', () => {
    expect(readProjectAddress(base, base)).toEqual({ projectId: null, link: null, origin: 'https://school.example' });
    expect(readProjectAddress(`${base}?p=a1&project=sets/cats.zip`, base)).toEqual({
      projectId: 'a1',
      link: 'https://school.example/headstart/sets/cats.zip',
      origin: 'https://school.example',
    });
    // Of another site: it is for the page to refuse it, so it must not become one of this site.
    expect(readProjectAddress(`${base}?project=//elsewhere.example/x.zip`, base).link).toBe('https://elsewhere.example/x.zip');
    expect(readProjectAddress(`${base}?project=javascript:alert(1)`, base).link).toBe('javascript:alert(1)');
    expect(readProjectAddress(`${base}?project=http://`, base).link).toBeNull();
    expect(readProjectAddress(`${base}?project=`, base).link).toBeNull();
  });

  it('is changed in its project alone, and asks for a file once', () => {
    const asking = `${base}?theme=x&project=sets/cats.zip#step`;
    expect(addressWithProject(asking, 'b2')).toBe(`${base}?theme=x&p=b2#step`);
    expect(addressWithProject(`${base}?p=a1`, null)).toBe(base);
  });
});
