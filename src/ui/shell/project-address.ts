import type { ProjectLink } from '../../store/ports';

const linkKey = 'project';

/** The file that an address asks for, `?project=sets/cats.zip`, made absolute; null where it asks for none. */
export function linkOf(href: string, base: string): string | null {
  const asked = new URL(href).searchParams.get(linkKey);
  return asked === null || asked === '' || !URL.canParse(asked, base) ? null : new URL(asked, base).href;
}

/** The same address without the file; everything else in it stays. */
export function withoutLink(href: string): string {
  const url = new URL(href);
  url.searchParams.delete(linkKey);
  return url.href;
}

export function readProjectLink(): ProjectLink | null {
  const address = linkOf(location.href, document.baseURI);
  if (address === null) return null;
  return {
    address,
    origin: location.origin,
    forget: () => {
      history.replaceState(history.state, '', withoutLink(location.href));
    },
  };
}
