import { describe, expect, it, vi } from 'vitest';
import type { ProjectFileOffer } from '../domain/project-file';
import type { PagePorts } from './ports';
import { nameOfCopy } from './project-list-actions';
import { selectTrainBlocker } from './selectors';
import { beginWithPictures, classFolder, createPage, listed, reach, until, type Page } from './testing/create-page';
import { createFakeStorage, type FakeEngineOptions, type FakeStorage } from './testing/fake-engine';

const live = (page: Page) => page.state().projects.list?.filter(({ deletedAt }) => deletedAt === null) ?? [];
const names = (page: Page) => live(page).map(({ name }) => name);
const nameNow = (page: Page) => page.state().project.document.name;
const idNow = (page: Page) => page.state().project.document.id;

type Given = { readonly address?: string; readonly forget?: () => void } & Pick<Partial<PagePorts>, 'openSaveTarget'>;

let tabs = 0;

/** Another tab, or a later visit. */
function open(
  storage: FakeStorage,
  { address, forget = () => undefined, ...ports }: Given = {},
  options: FakeEngineOptions = {},
): Page {
  const projectLink = address === undefined ? null : { address, origin: 'https://site.example', forget };
  return createPage(storage, { tab: `tab ${String((tabs += 1))}`, ...options }, undefined, undefined, { projectLink, ...ports });
}

/** Two projects, `pets` and, open and written last, `Birds`. */
async function withTwo(): Promise<Page> {
  const page = createPage();
  await beginWithPictures(page);
  await page.actions.newProject();
  await page.actions.addFiles(listed(...classFolder('robin', 3), ...classFolder('wren', 3)));
  page.actions.dispatch({ kind: 'name-project', name: 'Birds' });
  await page.actions.showProjects();
  return page;
}

describe('projects', () => {
  it('begin with an empty one, straight away, that is nowhere before something is in it', async () => {
    const page = createPage();
    await page.actions.begin();
    expect(page.state()).toMatchObject({ access: 'owner', projects: { isShown: false } });
    expect(page.storage.projects).toEqual([]);
    await page.actions.addFiles(listed(...classFolder('cat', 2)));
    await page.actions.showProjects();
    expect(names(page)).toEqual(['pets']);
  });

  it('are switched without losing what is not written yet, and each comes back with its pictures', async () => {
    const page = await withTwo();
    expect(names(page)).toEqual(['Birds', 'pets']);
    const [birds = '', pets = ''] = live(page).map(({ id }) => id);
    page.actions.changeSettings({ epochs: 3 });
    await page.actions.openProject(pets);
    expect(page.state()).toMatchObject({ projects: { isShown: false, isOpening: false }, run: { phase: 'idle' } });
    expect([nameNow(page), page.state().project.document.samples.length]).toEqual(['pets', 40]);
    await reach(page, ({ thumbnails }) => thumbnails.size === 40);
    await page.actions.train();
    expect(page.state().run.phase).toBe('done');
    await page.actions.openProject(birds);
    expect(page.state().project.document).toMatchObject({ name: 'Birds', settings: { epochs: 3 } });
    expect(page.state()).toMatchObject({ run: { phase: 'idle' }, headReady: false });
    await page.actions.openProject(pets);
    expect(page.state()).toMatchObject({ run: { phase: 'done' }, headReady: true, headRun: { number: 1 } });
  });

  it('are not switched under a run or a reading, which is said', async () => {
    const page = await withTwo();
    const pets = live(page)[1]?.id ?? '';
    page.actions.changeSettings({ epochs: 100 });
    const training = page.actions.train();
    await until(page, ({ run }) => run.history.steps.length > 0);
    await page.actions.openProject(pets);
    expect(page.state().projects.error?.code).toBe('busy');
    expect(nameNow(page)).toBe('Birds');
    await page.actions.stop();
    await training;
  });

  it('are copied, renamed, deleted and brought back, the open one too', async () => {
    const page = await withTwo();
    const [birds = '', pets = ''] = live(page).map(({ id }) => id);
    await page.actions.duplicateProject(pets);
    await page.actions.duplicateProject(pets);
    expect(names(page)).toEqual(['pets (copy 2)', 'pets (copy)', 'Birds', 'pets']);
    await page.actions.renameProject(pets, 'Cats and dogs');
    await page.actions.renameProject(birds, 'Songbirds');
    expect(nameNow(page)).toBe('Songbirds');
    expect(names(page)).toEqual(expect.arrayContaining(['Songbirds', 'Cats and dogs']));

    await page.actions.deleteProject(birds);
    expect(names(page)).not.toContain('Songbirds');
    expect(page.state().project.document).toMatchObject({ name: 'Untitled project', samples: [] });
    expect(page.state().projects.list?.find(({ id }) => id === birds)?.deletedAt).not.toBeNull();
    await page.actions.undeleteProject(birds);
    expect(names(page)).toContain('Songbirds');
    await page.actions.openProject(birds);
    expect(page.state().project.document.samples).toHaveLength(6);
  });

  it('are named after what they are copies of', () => {
    expect(nameOfCopy('Pets', [])).toBe('Pets (copy)');
    expect(nameOfCopy('Pets (copy)', ['Pets (copy)'])).toBe('Pets (copy 2)');
    expect(nameOfCopy('Pets', ['Pets (copy)', 'Pets (copy 2)'])).toBe('Pets (copy 3)');
  });

  it('are listed at the start where it is not clear which', async () => {
    const page = await withTwo();
    const unclear = open(page.storage);
    await unclear.actions.begin();
    expect(unclear.state().projects).toMatchObject({ isShown: true, error: null });
    expect(names(unclear)).toEqual(['Birds', 'pets']);
    await unclear.actions.openProject(live(unclear)[1]?.id ?? '');
    expect(unclear.state().projects.isShown).toBe(false);
    expect(nameNow(unclear)).toBe('pets');
  });
});

describe('a second tab', () => {
  async function withTabs(): Promise<{ first: Page; second: Page }> {
    const first = createPage();
    await beginWithPictures(first);
    await first.actions.showProjects();
    first.actions.hideProjects();
    const second = open(first.storage);
    await second.actions.begin();
    return { first, second };
  }

  it('reads, changes nothing, and says why wherever something is tried', async () => {
    const { first, second } = await withTabs();
    expect(idNow(second)).toBe(idNow(first));
    expect(second.state().access).toBe('reader');
    expect(second.state().project.document.samples).toHaveLength(40);
    second.actions.dispatch({ kind: 'name-project', name: 'Mine' });
    second.actions.changeSettings({ epochs: 1 });
    expect(second.state().project.document).toEqual(first.state().project.document);
    expect(second.state().projects.refusals).toBe(2);
    await second.actions.addFiles(listed(...classFolder('bird', 2)));
    expect(second.state().ingest.error?.code).toBe('project-not-owned');
    expect(selectTrainBlocker(second.state())?.code).toBe('project-not-owned');
    expect(second.engine().calls).not.toContain('saveProject');
  });

  it('sees what the owner saves', async () => {
    const { first, second } = await withTabs();
    first.actions.dispatch({ kind: 'name-project', name: 'Better pets' });
    await reach(second, ({ project }) => project.document.name === 'Better pets');
  });

  it('takes over: the first saves what it had, reads from then on, and no write is lost', async () => {
    const { first, second } = await withTabs();
    first.actions.dispatch({ kind: 'name-project', name: 'At the last moment' });
    await second.actions.takeOver();
    await reach(first, ({ access }) => access === 'reader');
    expect(second.state()).toMatchObject({ access: 'owner', projects: { isOpening: false, error: null } });
    expect(nameNow(second)).toBe('At the last moment');
    first.actions.dispatch({ kind: 'name-project', name: 'Too late' });
    expect(nameNow(first)).toBe('At the last moment');
    second.actions.dispatch({ kind: 'name-project', name: 'Mine now' });
    await reach(first, ({ project }) => project.document.name === 'Mine now');
    expect(second.storage.projects).toHaveLength(1);
  });

  it('that takes over pauses a run in the first before it has the project', async () => {
    const { first, second } = await withTabs();
    first.actions.changeSettings({ epochs: 500 });
    const training = first.actions.train();
    await until(first, ({ run }) => run.history.steps.length > 0);
    await second.actions.takeOver();
    await training;
    expect(first.state().run.phase).toBe('paused');
    await first.actions.continueRun();
    expect(first.state().run.error?.code).toBe('project-not-owned');
  });

  it('that forgets everything tells the first, which saves nothing any more', async () => {
    const { first, second } = await withTabs();
    await second.actions.forgetEverything();
    await reach(first, ({ notice }) => notice?.code === 'project-forgotten');
    first.actions.dispatch({ kind: 'name-project', name: 'Back again' });
    expect(first.storage.projects).toEqual([]);
  });
});

const offer: ProjectFileOffer = {
  name: 'From a file',
  createdAt: '2026-11-28T10:00:00Z',
  classes: [{ name: 'cat', pictures: 2 }],
  unlabelled: 0,
  pictures: 2,
  runs: 1,
  heads: 1,
  features: 2,
  featuresFit: true,
  bytes: 1000,
  needed: 1000,
  room: 1e9,
};

describe('a project’s file', () => {
  const projectFiles = new Map([
    ['pets.zip', offer],
    ['pictures.zip', null],
    ['https://site.example/sets/cats.zip', offer],
  ]);

  it('is looked into, asked about, and taken in as a project that is open then', async () => {
    const page = open(createFakeStorage(), {}, { projectFiles });
    await page.actions.begin();
    await page.actions.openProjectFile(new File(['x'], 'pets.zip'));
    expect(page.state().projectFile).toMatchObject({ phase: 'asking', name: 'pets.zip', offer });
    page.actions.cancelProjectFile();
    expect(page.state().projectFile.phase).toBe('idle');
    expect(page.storage.projects).toEqual([]);
    await page.actions.openProjectFile(new File(['x'], 'pets.zip'));
    await page.actions.takeProjectFile();
    expect(page.state().projectFile).toMatchObject({
      phase: 'idle',
      done: { kind: 'taken', report: { features: 2 } },
      error: null,
    });
    expect(nameNow(page)).toBe('From a file');
    page.actions.dismissProjectFile();
    expect(page.state().projectFile.done).toBeNull();
  });

  it('that is another archive is given on, or refused where a project was asked for', async () => {
    const page = open(createFakeStorage(), {}, { projectFiles });
    await page.actions.begin();
    const orElse = vi.fn(() => Promise.resolve());
    const pictures = new File(['x'], 'pictures.zip');
    await page.actions.openProjectFile(pictures, orElse);
    expect([orElse.mock.calls.length, page.state().projectFile.error]).toEqual([1, null]);
    await page.actions.openProjectFile(pictures);
    expect(page.state().projectFile.error?.code).toBe('project-file-foreign');
    page.engine().failures.set('openProjectFile', 'archive-broken');
    await page.actions.openProjectFile(pictures, orElse);
    expect([orElse.mock.calls.length, page.state().projectFile.error]).toEqual([2, null]);
    page.engine().failures.set('openProjectFile', 'project-file-newer');
    await page.actions.openProjectFile(pictures, orElse);
    expect([orElse.mock.calls.length, page.state().projectFile.error?.code]).toEqual([2, 'project-file-newer']);
  });

  it('that cannot come in whole leaves the open project as it was', async () => {
    const page = open(createFakeStorage(), {}, { projectFiles });
    await beginWithPictures(page);
    await page.actions.openProjectFile(new File(['x'], 'pets.zip'));
    page.engine().failures.set('takeProjectFile', 'project-file-altered');
    await page.actions.takeProjectFile();
    expect(page.state().projectFile).toMatchObject({ phase: 'idle', error: { code: 'project-file-altered' } });
    expect(page.state().project.document.samples).toHaveLength(40);
  });

  it('of this site is fetched because the address says so, once, and asked about before it comes in', async () => {
    const forget = vi.fn();
    const page = open(createFakeStorage(), { address: 'https://site.example/sets/cats.zip', forget }, { projectFiles });
    await page.actions.begin();
    await reach(page, ({ projectFile }) => projectFile.phase === 'asking');
    expect(page.state().projectFile).toMatchObject({ name: 'cats.zip', offer });
    expect(forget).toHaveBeenCalledOnce();
    expect(page.storage.projects).toEqual([]);
    const absent = open(createFakeStorage(), { address: 'https://site.example/sets/none.zip' }, { projectFiles });
    await absent.actions.begin();
    await reach(absent, ({ projectFile }) => projectFile.error?.code === 'project-link-absent');
  });

  it('of another site is refused, and nothing is asked of that site', async () => {
    for (const address of ['https://elsewhere.example/x.zip', 'javascript:alert(1)', 'data:application/zip,x']) {
      const page = open(createFakeStorage(), { address }, { projectFiles });
      await page.actions.begin();
      await reach(page, ({ projectFile }) => projectFile.error?.code === 'project-link-elsewhere');
      expect(page.engine().calls).not.toContain('fetchProjectFile');
    }
  });

  it('is written, unless the person changes their mind or it is cancelled', async () => {
    const handle = { name: 'pets.zip' } as FileSystemFileHandle;
    const finish = vi.fn(() => Promise.resolve());
    const discard = vi.fn(() => Promise.resolve());
    const storage = createFakeStorage();
    const targets = [null, { handle, finish, discard }, { handle, finish, discard }];
    const page = open(storage, { openSaveTarget: () => Promise.resolve(targets.shift() ?? null) });
    await beginWithPictures(page);
    await page.actions.saveProjectFile(idNow(page));
    expect(page.state().projectFile.done).toBeNull();
    await page.actions.saveProjectFile(idNow(page));
    expect(page.state().projectFile).toMatchObject({ phase: 'idle', done: { kind: 'written', report: { pictures: 40 } } });
    const writing = page.actions.saveProjectFile(idNow(page));
    await reach(page, ({ projectFile }) => projectFile.progress !== null);
    page.actions.cancelProjectFile();
    await writing;
    expect(page.state().projectFile).toMatchObject({ phase: 'idle', done: null, error: null });
    expect([finish.mock.calls.length, discard.mock.calls.length]).toEqual([1, 1]);
  });
});
