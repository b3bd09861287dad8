import { describe, expect, it } from 'vitest';
import type { SaveTarget } from '../domain/save-target';
import { beginWithPictures, createPage, until } from './testing/create-page';
import { createFakeStorage } from './testing/fake-engine';

/** A page with a trained head, and where its files go: `suggested` are the names asked for. */
async function createTrainedPage(isDeclined = false) {
  const told = { suggested: [] as string[], finished: 0, discarded: 0 };
  const count = (what: 'finished' | 'discarded') => () => {
    told[what] += 1;
    return Promise.resolve();
  };
  const open = (name: string): Promise<SaveTarget | null> => {
    told.suggested.push(name);
    const handle = { name: `chosen ${name}` } as FileSystemFileHandle;
    return Promise.resolve(isDeclined ? null : { handle, finish: count('finished'), discard: count('discarded') });
  };
  const page = createPage(createFakeStorage(), {}, undefined, undefined, { openSaveTarget: open });
  await beginWithPictures(page);
  await page.actions.train();
  return { page, told, state: () => page.state().modelExport };
}

const choice = { format: 'pytorch', precision: 'float32' } as const;

describe('exporting the model', () => {
  it('says that nothing is trained yet, and asks for no place', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.lookAtExports();
    expect(page.state().modelExport).toMatchObject({ phase: 'idle', offers: null, error: { code: 'head-absent' } });
    await page.actions.exportModel(choice);
    expect(page.state().modelExport.error?.code).toBe('head-absent');
  });

  it('offers with a certificate, writes to the place that was chosen, and says what came of it', async () => {
    const { page, told, state } = await createTrainedPage();
    await page.actions.lookAtExports();
    expect(state()).toMatchObject({ phase: 'idle', progress: null, error: null });
    expect(state().offers?.certificate.runId).toBe(page.state().headRun?.id);
    expect(state().offers?.certificate.pictures).toHaveLength(8);
    await page.actions.exportModel(choice);
    expect(told).toEqual({ suggested: ['pets pytorch.zip'], finished: 1, discarded: 0 });
    expect(state()).toMatchObject({ phase: 'idle', name: 'chosen pets pytorch.zip', error: null });
    expect(state().report).toMatchObject({ format: 'pytorch', precision: 'float32', files: 18 });
  });

  it('sends a person’s own pictures along only where they said so: held-out ones, of all classes', async () => {
    const { page } = await createTrainedPage();
    await page.actions.exportModel(choice);
    await page.actions.exportModel({ ...choice, withOwnPictures: true });
    const ids = page
      .state()
      .project.document.samples.slice(0, 3)
      .map(({ id }) => id);
    await page.actions.exportModel({ ...choice, withOwnPictures: [...ids, 'of another project'] });
    const [without, own, named] = page.engine().askedExports;
    expect(named?.ownSamples.map(({ id }) => id)).toEqual(ids);
    expect(without?.ownSamples).toEqual([]);
    expect(own?.ownSamples).toHaveLength(8);
    expect(new Set(own?.ownSamples.map(({ id }) => id.split('/')[1]))).toEqual(new Set(['cat', 'dog']));
  });

  it('does nothing where the person changed their mind about the place', async () => {
    const { page, told, state } = await createTrainedPage(true);
    await page.actions.exportModel(choice);
    expect(state()).toMatchObject({ phase: 'idle', report: null, error: null });
    expect(page.engine().askedExports).toEqual([]);
    expect(told).toMatchObject({ finished: 0, discarded: 0 });
  });

  it.each([
    ['cancelled', null],
    ['storage-full', 'storage-full'],
  ] as const)('leaves no half file behind where it ends with %s, and can be done again', async (code, failure) => {
    const { page, told, state } = await createTrainedPage();
    if (failure === null)
      void until(page, ({ modelExport }) => modelExport.progress !== null).then(page.actions.cancelModelExport);
    else page.engine().failures.set('exportModel', failure);
    await page.actions.exportModel(choice);
    expect(state()).toMatchObject({ phase: 'idle', report: null, error: { code } });
    expect(told).toMatchObject({ finished: 0, discarded: 1 });
    await page.actions.exportModel(choice);
    expect(state()).toMatchObject({ error: null, report: { files: 18 } });
  });

  it('can be stopped while the model is asked for its certificate', async () => {
    const { page, state } = await createTrainedPage();
    void until(page, ({ modelExport }) => modelExport.progress?.done === 3).then(page.actions.cancelModelExport);
    await page.actions.lookAtExports();
    expect(state()).toMatchObject({ phase: 'idle', offers: null, error: { code: 'cancelled' } });
  });
});
