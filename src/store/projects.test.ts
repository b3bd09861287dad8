import { describe, expect, it, vi } from 'vitest';
import type { LeftFolder } from '../domain/projects';
import { selectTrainBlocker } from './selectors';
import { beginWithPictures, catsAndDogs, createPage, listed, reach, type Page } from './testing/create-page';
import { createFakeStorage } from './testing/fake-engine';

const patience = { timeout: 20_000 };

/** Until the project is kept as it is shown. */
async function saved(page: Page): Promise<void> {
  await vi.waitFor(() => {
    const { document } = page.state().project;
    expect(page.storage.projects.find((one) => one.document.id === document.id)?.document).toEqual(document);
  }, patience);
}

const names = (page: Page) => page.state().projects.list?.map(({ name }) => name);
const rename = (page: Page, name: string) => {
  page.actions.dispatch({ kind: 'name-project', name });
};

describe('several projects', () => {
  it('are listed, opened, copied, renamed, deleted and brought back', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.listProjects();
    // An empty one is not worth a line.
    expect(page.state().projects.list).toEqual([]);
    await page.actions.addFiles(catsAndDogs);
    await page.actions.train();
    await page.actions.newProject();
    expect(page.state()).toMatchObject({ headReady: false, headRun: null, thumbnails: new Map(), run: { phase: 'idle' } });
    expect(page.state().project.document.samples).toEqual([]);
    rename(page, 'Second');
    await reach(page, ({ projects }) => projects.list?.length === 2);
    expect(names(page)).toEqual(['Second', 'pets']);

    const first = page.state().projects.list?.[1]?.id ?? '';
    expect(page.state().projects.list?.[1]).toMatchObject({ pictures: 40, classes: 2, runs: 1, thumbnails: { length: 2 } });
    await page.actions.openProject(first);
    expect(page.state()).toMatchObject({ headReady: true, headRun: { number: 1 }, projects: { error: null, isOpening: false } });
    expect(page.state().project.document.samples).toHaveLength(40);
    await reach(page, ({ thumbnails }) => thumbnails.size === 40);

    await page.actions.duplicateProject(first);
    expect(names(page)).toEqual(['pets (copy)', 'Second', 'pets']);
    const copy = page.state().projects.list?.[0]?.id ?? '';
    await page.actions.renameProject(copy, 'Twin');
    await page.actions.renameProject(first, 'Cats and dogs');
    expect(names(page)?.toSorted()).toEqual(['Cats and dogs', 'Second', 'Twin']);
    expect(page.state().project.document.name).toBe('Cats and dogs');

    await page.actions.deleteProject(first);
    expect(page.state().project.document.samples).toEqual([]);
    expect(page.state().projects.list?.find(({ id }) => id === first)?.deletedAt).not.toBeNull();
    await page.actions.openProject(first);
    expect(page.state().projects.error?.code).toBe('project-unknown');
    await page.actions.undeleteProject(first);
    await page.actions.openProject(first);
    expect(page.state().project.document.samples).toHaveLength(40);
    await page.actions.openProject(copy);
    expect(page.state()).toMatchObject({ headReady: true, project: { document: { name: 'Twin' } } });
    await page.actions.train();
    expect(page.state().run.phase).toBe('done');
  });

  it('stay as they are while a run or a reading goes on', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const training = page.actions.train();
    await page.actions.newProject();
    expect(page.state().projects.error?.code).toBe('busy');
    expect(page.state().project.document.samples).toHaveLength(40);
    await training;
    await page.actions.newProject();
    expect(page.state().projects.error).toBeNull();
  });

  it('say which of them could not be opened, and an empty one stands there', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await saved(page);
    page.engine().failures.set('openProject', 'storage-refused');
    await page.actions.openProject('gone');
    expect(page.state().projects.error?.code).toBe('storage-refused');
    await page.actions.openProject('gone');
    expect(page.state().projects.error?.code).toBe('project-unknown');
    expect(page.state().project.document.samples).toEqual([]);
  });
});

describe('two tabs on one project', () => {
  async function twoTabs(isAsleep = false) {
    const storage = createFakeStorage();
    const first = createPage(storage, { tab: 'first', isAsleep });
    await beginWithPictures(first);
    await saved(first);
    const second = createPage(storage, { tab: 'second' });
    await second.actions.begin();
    expect(second.state()).toMatchObject({ access: 'reader', project: { document: { name: 'pets' } } });
    return { first, second, storage };
  }

  it('the second reads what the first saves, and its commands do nothing', async () => {
    const { first, second } = await twoTabs();
    rename(second, 'Not mine');
    second.actions.undo();
    expect(second.state().project.document.name).toBe('pets');
    expect(selectTrainBlocker(second.state())?.code).toBe('project-not-owned');
    rename(first, 'Followed');
    await reach(second, ({ project }) => project.document.name === 'Followed');
    await second.actions.listProjects();
    expect(second.state().projects.list?.[0]).toMatchObject({ isOpenElsewhere: true });
    await second.actions.deleteProject(first.state().project.document.id);
    expect(second.state().projects.error?.code).toBe('project-in-use');
  });

  it('the second takes over; what the first had not saved yet comes along', async () => {
    const { first, second } = await twoTabs();
    rename(first, 'At the last moment');
    await second.actions.takeOver();
    expect(second.state()).toMatchObject({ access: 'owner', project: { document: { name: 'At the last moment' } } });
    await reach(first, ({ access }) => access === 'reader');
    rename(second, 'Mine');
    await saved(second);
    await reach(first, ({ project }) => project.document.name === 'Mine');
    expect(first.state().notice).toBeNull();
  });

  it('taken from a tab that sleeps, its last changes are kept as a copy when it wakes', async () => {
    const { first, second, storage } = await twoTabs(true);
    rename(first, 'Written while asleep');
    await second.actions.takeOver();
    expect(second.state()).toMatchObject({ access: 'owner', project: { document: { name: 'pets' } } });
    await reach(first, ({ notice }) => notice?.code === 'project-kept-as-copy');
    expect(first.state().access).toBe('reader');
    expect(storage.projects.map(({ document }) => document.name).toSorted()).toEqual([
      'Written while asleep (from another tab)',
      'pets',
    ]);
  });

  it('everything forgotten in one is said in the other, which writes nothing any more', async () => {
    const { first, second, storage } = await twoTabs();
    await second.actions.forgetEverything();
    await reach(first, ({ notice }) => notice?.code === 'project-forgotten');
    const calls = first.engine().calls.length;
    rename(first, 'Too late');
    // Showing the list saves whatever is to be saved first.
    await first.actions.showProjects();
    expect(first.engine().calls.slice(calls)).not.toContain('saveProject');
    expect(storage.projects).toEqual([]);
  });
});

describe('storage', () => {
  it('that is full says what can be freed, and the project is saved once it was', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await saved(page);
    await page.actions.duplicateProject(page.state().project.document.id);
    await page.actions.deleteProject(page.state().projects.list?.find(({ name }) => name === 'pets (copy)')?.id ?? '');
    page.engine().failures.set('saveProject', 'storage-full');
    rename(page, 'More');
    await reach(page, ({ notice }) => notice?.code === 'project-storage-full');
    expect(page.state().notice?.remedy).toMatch(/^Training goes on\. You can free \d+ kB of /);
    expect(page.state().storage.report?.freeable.map(({ kind }) => kind)).toContain('deleted-projects');
    await page.actions.freeStorage('deleted-projects');
    expect(page.state()).toMatchObject({ notice: null, storage: { freeing: null, error: null } });
    await saved(page);
    page.engine().failures.set('freeStorage', 'storage-refused');
    await page.actions.freeStorage('features');
    expect(page.state().storage).toMatchObject({ freeing: null, error: { code: 'storage-refused' } });
  });

  it('is asked to last once pictures are kept, and not before', async () => {
    const page = createPage();
    await page.actions.begin();
    expect(page.storage.persisted).toBe(false);
    await page.actions.addFiles(catsAndDogs);
    expect(page.storage.persisted).toBe(true);
  });
});

describe('folders that pictures were left in', () => {
  const handle = { kind: 'directory', name: 'pets' } as FileSystemDirectoryHandle;
  const folder: LeftFolder = { id: 'f', name: 'pets', pictures: 40, bytes: 1000, access: 'prompt', handle };

  it('are asked for again within a click, and everything works', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await saved(page);
    const again = createPage(page.storage, { folders: [folder] });
    await again.actions.begin();
    expect(again.state().folders).toEqual([folder]);
    expect(selectTrainBlocker(again.state())).toMatchObject({
      code: 'folder-permission',
      message: expect.stringContaining('pets') as string,
    });
    await again.actions.allowFolders();
    expect(again.state().folders).toEqual([{ ...folder, access: 'granted' }]);
    expect(selectTrainBlocker(again.state())).toBeNull();
  });

  it('that are gone keep Train from what it cannot read, and say so', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await saved(page);
    const again = createPage(page.storage, { folders: [{ ...folder, access: 'absent' }] });
    await again.actions.begin();
    expect(selectTrainBlocker(again.state())?.code).toBe('folder-absent');
  });

  it('are suggested where a copy would take more than half of what is free, and the person decides', async () => {
    const page = createPage(createFakeStorage(), { freeRoom: 500 });
    await page.actions.begin();
    const files = catsAndDogs.map((file) => ({ ...file, folder: handle }));
    await page.actions.offerFiles(files);
    expect(page.state().importing).toMatchObject({ keeping: 'leave', keepingPlan: { leavable: { pictures: 40 }, free: 500 } });
    page.actions.chooseKeeping('copy');
    expect(page.state().importing?.keeping).toBe('copy');
    await page.actions.declineImport();
    // What came out of no folder can only be copied.
    await page.actions.offerFiles(listed('pets/cat/1.jpg', 'pets/dog/2.jpg'));
    expect(page.state().importing?.keeping).toBe('copy');
    page.actions.chooseKeeping('leave');
    expect(page.state().importing?.keeping).toBe('copy');
  });
});
