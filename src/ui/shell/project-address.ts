import type { ProjectAddress } from '../../store/ports';

const projectKey = 'p';
const linkKey = 'project';

/** What an address says of projects: `?p=ID` names the one that this tab had, `?project=sets/cats.zip` a file that is asked for. */
export function readProjectAddress(href: string, base: string): Pick<ProjectAddress, 'projectId' | 'link' | 'origin'> {
  const { searchParams, origin } = new URL(href);
  const asked = searchParams.get(linkKey);
  const link = asked === null || asked === '' || !URL.canParse(asked, base) ? null : new URL(asked, base).href;
  return { projectId: searchParams.get(projectKey), link, origin };
}

/** The address of a page with this project and no file; everything else in it stays. */
export function addressWithProject(href: string, projectId: string | null): string {
  const url = new URL(href);
  url.searchParams.delete(linkKey);
  if (projectId === null) url.searchParams.delete(projectKey);
  else url.searchParams.set(projectKey, projectId);
  return url.href;
}

/** Of this page. A reload, and the browser's list of closed tabs, bring its project back; the way back stays as it was. */
export function createProjectAddress(): ProjectAddress {
  return {
    ...readProjectAddress(location.href, document.baseURI),
    show: (projectId) => {
      const address = addressWithProject(location.href, projectId);
      if (address !== location.href) history.replaceState(history.state, '', address);
    },
  };
}
