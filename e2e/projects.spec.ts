import { join } from 'node:path';
import { connectPage, expect, test, type App } from './app-test';
import { writeClasses } from './pictures';

const isProved = (app: App) => app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);

/** Everything of the site that is left on the device. */
function whatIsLeft(app: App): Promise<readonly string[]> {
  return app.page.evaluate(async () => {
    const files: string[] = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(`folder ${name}`);
    const databases: string[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(new Error(name));
      });
      // Whoever looks for something makes an empty database again.
      for (const table of database.objectStoreNames) {
        const rows = await new Promise<number>((resolve) => {
          const counting = database.transaction(table).objectStore(table).count();
          counting.onsuccess = () => resolve(counting.result);
        });
        if (rows > 0) databases.push(`table ${table}`);
      }
      database.close();
    }
    const cached = (await caches.keys()).map((name) => `cache ${name}`);
    const chosen = [...Object.keys(localStorage), ...Object.keys(sessionStorage)].map((name) => `key ${name}`);
    return [...files, ...databases, ...cached, ...chosen].sort();
  });
}

test('a reload brings everything back, a second tab reads and takes over, and what is forgotten is gone', async ({
  openApp,
  folder,
}) => {
  await writeClasses(join(folder, 'pets'), { cat: 4, dog: 4 });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await isProved(app);
  await app.act(({ getState }) => {
    getState().actions.changeSettings({ epochs: 1, batchSize: 4 });
  });
  await app.chooseFolder(join(folder, 'pets'));
  await page.getByRole('button', { name: /^Train$/ }).click();
  await app.until(({ getState }) => getState().run.phase === 'done', 120_000);
  await app.act(async ({ getState }) => {
    getState().actions.dispatch({ kind: 'name-project', name: 'My pets' });
    await getState().actions.listProjects();
  });
  await app.until(({ getState }) => getState().projects.list?.[0]?.name === 'My pets');

  await page.reload();
  await app.until(({ getState }) => getState().thumbnails.size === 8);
  await isProved(app);
  const back = await app.state();
  expect(back.project.document).toMatchObject({ name: 'My pets', classNames: ['cat', 'dog'], runs: [{ number: 1 }] });
  expect(back.project.document.samples).toHaveLength(8);
  expect(back).toMatchObject({ headReady: true, notice: null });
  await app.act(async ({ getState }) => {
    const id = getState().project.document.samples[0]?.id ?? '';
    // A picture that is decoded from its copy: features of it may be held.
    await getState().actions.fittedPicture(id, 'pad');
    await getState().actions.trySample(id);
  });
  const tried = (await app.state()).trial;
  expect(tried).toMatchObject({ error: null, prediction: { probabilities: { length: 2 } } });
  await page.getByRole('button', { name: /^Train( again)?$/ }).click();
  await app.until(({ getState }) => getState().run.phase === 'done' && getState().headRun?.number === 2, 120_000);
  expect((await app.state()).run.error).toBeNull();

  // Another tab of the same project: it reads, then takes over what the first saved at its last moment.
  const other = connectPage(await app.context.newPage(), app);
  await other.page.goto(app.server.url);
  await other.until(({ getState }) => getState().access === 'reader' && getState().project.document.runs.length === 2);
  await app.act(({ getState }) => {
    getState().actions.dispatch({ kind: 'name-project', name: 'Renamed at the last moment' });
  });
  await other.act(({ getState }) => getState().actions.takeOver());
  await other.until(
    ({ getState }) => getState().access === 'owner' && getState().project.document.name === 'Renamed at the last moment',
  );
  await app.until(({ getState }) => getState().access === 'reader');
  await other.act(({ getState }) => {
    getState().actions.dispatch({ kind: 'name-project', name: 'Mine now' });
  });
  await app.until(({ getState }) => getState().project.document.name === 'Mine now');
  await app.act(({ getState }) => {
    getState().actions.dispatch({ kind: 'name-project', name: 'A reader writes nothing' });
  });
  expect((await app.state()).project.document.name).toBe('Mine now');

  expect(await whatIsLeft(other)).toEqual(
    expect.arrayContaining(['table projects', 'table pictures', 'folder headstart-features-v1', 'folder headstart-pictures-v1']),
  );
  await other.act(({ getState }) => getState().actions.forgetEverything());
  await app.until(({ getState }) => getState().notice?.code === 'project-forgotten');
  await app.page.close();
  expect(await whatIsLeft(other)).toEqual([]);
  expect(app.errors).toEqual([]);
});
