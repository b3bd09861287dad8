import { describe, expect, it } from 'vitest';
import { describeError } from '../domain/errors';
import { catsAndDogs, classFolder, createPage, listed, reach } from './testing/create-page';
import { createFakeStorage } from './testing/fake-engine';

describe('what is dropped', () => {
  it('goes to the worker in parts, and is closed there once its pictures are in', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.addFiles(listed(...classFolder('cat', 250), ...classFolder('dog', 250)));
    expect(page.state().project.document.samples).toHaveLength(500);
    const { calls } = page.engine();
    expect(calls.filter((call) => call === 'stageImport')).toHaveLength(3);
    expect(calls.slice(calls.indexOf('openImport')).filter((call) => /import|pictures/i.test(call))).toEqual([
      'openImport',
      'addPictures',
      'closeImport',
    ]);
  });

  it('can be cancelled while it is looked into: nothing comes in, and what was there stays', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.addFiles(catsAndDogs);
    const adding = page.actions.addFiles(listed('more/bird/1.jpg'));
    await reach(page, () => page.engine().calls.filter((call) => call === 'openImport').length === 2);
    page.actions.cancelIngest();
    await adding;
    expect(page.state().ingest).toMatchObject({ phase: 'idle', opening: null, error: { code: 'add-cancelled' } });
    expect(page.state().project.document.samples).toHaveLength(40);
  });

  it('can be cancelled while the browser still lists a folder', async () => {
    const page = createPage();
    await page.actions.begin();
    const adding = page.actions.addFiles(new Promise(() => undefined));
    await reach(page, ({ ingest }) => ingest.phase === 'listing');
    page.actions.cancelIngest();
    await adding;
    expect(page.state().ingest).toMatchObject({ phase: 'idle', error: { code: 'add-cancelled' } });
    await page.actions.addFiles(catsAndDogs);
    expect(page.state().project.document.samples).toHaveLength(40);
  });

  it('shows why an archive could not be opened where nothing else came, and lists it where something did', async () => {
    const refused = { path: 'pets.7z', reason: describeError('archive-unsupported', { name: 'pets.7z', format: '7-Zip' }) };
    const alone = createPage(undefined, { listing: { entries: [], skipped: [refused] } });
    await alone.actions.begin();
    await alone.actions.addFiles(listed('pets.7z'));
    expect(alone.state().ingest.error).toEqual(refused.reason);
    expect(alone.state().project.document.skipped).toEqual([refused]);
    expect(alone.engine().calls.at(-1)).toBe('closeImport');

    const beside = createPage(undefined, { listing: { skipped: [refused] } });
    await beside.actions.begin();
    await beside.actions.addFiles(catsAndDogs);
    expect(beside.state().ingest.error).toBeNull();
    expect(beside.state().project.document.skipped).toEqual([refused]);
  });

  it.each([
    ['storage-full', 'pictures-storage-full'],
    ['storage-refused', 'pictures-storage-refused'],
  ] as const)('comes in where the disk takes no copy (%s), and that is told', async (reason, code) => {
    const page = createPage();
    await page.actions.begin();
    const engine = page.engine();
    const add = engine.addPictures.bind(engine);
    engine.addPictures = async (...given) => ({
      ...(await add(...given)),
      notKept: { pictures: 3, reason: describeError(reason) },
    });
    await page.actions.addFiles(catsAndDogs);
    expect(page.state().project.document.samples).toHaveLength(40);
    expect(page.state().notice?.code).toBe(code);
  });

  it('is given to a new worker again, opened anew, where the browser keeps nothing', async () => {
    const storage = createFakeStorage();
    storage.problem = 'storage-refused';
    const page = createPage(storage);
    await page.actions.begin();
    await page.actions.addFiles(catsAndDogs);
    await page.actions.addFiles(listed('more/bird/1.jpg', 'more/bird/2.jpg', 'more/fish/1.jpg'));
    page.engine().die();
    await page.actions.restartWorker();
    expect(await page.engine().listSamples()).toHaveLength(43);
    expect(page.engine().calls.filter((call) => call === 'openImport')).toHaveLength(2);
    expect(page.engine().calls.filter((call) => call === 'closeImport')).toHaveLength(2);
  });
});
