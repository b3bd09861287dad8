import type { PagePorts, ProjectAddress } from '../ports';

/** What a fake page has in its address, and what the page asked of the browser. */
export interface FakeProjectPorts extends Pick<PagePorts, 'askFolder' | 'askToKeep'> {
  readonly address: ProjectAddress & { shown: string | null };
  readonly asked: string[];
}

export function createProjectPorts(given: { readonly projectId?: string; readonly link?: string } = {}): FakeProjectPorts {
  const asked: string[] = [];
  const address = {
    projectId: given.projectId ?? null,
    link: given.link ?? null,
    origin: 'https://site.example',
    shown: given.projectId ?? null,
    show: (id: string | null) => {
      address.shown = id;
    },
  };
  return {
    address,
    asked,
    askFolder: ({ name }) => {
      asked.push(name);
      return Promise.resolve();
    },
    askToKeep: () => {
      asked.push('to keep');
      return Promise.resolve();
    },
  };
}
