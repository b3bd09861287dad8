import { describe, expect, it } from 'vitest';
import type { ListedFile } from './state';
import { classFolder, createPage, listed, type Page } from './testing/create-page';
import { createFakeStorage } from './testing/fake-engine';

function text(path: string, content: string): ListedFile {
  return { path, file: new File([content], path.split('/').at(-1) ?? path) };
}

/** Samples by class, after the split that the folders or the manifest gave. */
function count(page: Page): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { className, folderSplit } of page.state().project.document.samples) {
    const key = `${folderSplit === null ? '' : `${folderSplit}/`}${className ?? '-'}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

async function begun(): Promise<Page> {
  const page = createPage();
  await page.actions.begin();
  return page;
}

const pets = listed(...classFolder('cat', 4), ...classFolder('Cats', 2), ...classFolder('dog', 3), 'pets/cover.jpg');
const found = (page: Page): readonly string[] =>
  page.state().importing?.rows.map(({ found: name, pictures }) => `${name} ${String(pictures)}`) ?? [];
const keyOf = (page: Page, name: string): string =>
  page.state().importing?.rows.find((row) => row.found === name)?.key ?? `no row ${name}`;

describe('what was dropped', () => {
  it('is shown first, and comes in as it was shown', async () => {
    const page = await begun();
    await page.actions.offerFiles(pets);
    expect(page.state().ingest.phase).toBe('confirming');
    expect(found(page)).toEqual(['pets/cat 4', 'pets/Cats 2', 'pets/dog 3', 'pets 1']);
    expect(page.state().importing?.merges).toEqual([{ into: 'cat', from: ['Cats'] }]);
    expect(page.state().project.document.samples).toEqual([]);
    await page.actions.confirmImport();
    expect(page.state()).toMatchObject({ importing: null, ingest: { phase: 'idle', error: null } });
    expect(page.state().ingest.reasoning).toContain('9 pictures of 3 classes.');
    expect(count(page)).toEqual({ cat: 4, Cats: 2, dog: 3, '-': 1 });
    expect(page.state().project.document.name).toBe('pets');
    expect(page.engine().calls).toContain('closeImport');
  });

  it('comes in merged, ignored, renamed and split as the person says', async () => {
    const page = await begun();
    await page.actions.offerFiles(pets);
    page.actions.mergeImport({ into: 'cat', from: ['Cats'] });
    page.actions.changeImportRows([keyOf(page, 'pets/dog')], { target: { kind: 'class', className: 'hound' }, split: 'val' });
    page.actions.changeImportRows([keyOf(page, 'pets')], { target: { kind: 'ignore' } });
    expect(page.state().importing?.totals).toEqual({ pictures: 9, unlabelled: 0, ignored: 1, classes: ['cat', 'hound'] });
    expect(page.state().importing?.merges).toEqual([]);
    await page.actions.confirmImport();
    expect(count(page)).toEqual({ cat: 6, 'val/hound': 3 });
    expect(page.state().project.document.skipped).toEqual([]);
  });

  it('offers the classes of the project for a folder that seems to be one of them', async () => {
    const page = await begun();
    await page.actions.addFiles(listed(...classFolder('cat', 3), ...classFolder('dog', 3)));
    await page.actions.offerFiles(listed('more/cat 2/a.jpg', 'more/cat 2/b.jpg', 'more/fish/a.jpg', 'more/fish/b.jpg'));
    expect(page.state().importing?.merges).toEqual([{ into: 'cat', from: ['cat 2'] }]);
  });

  it('can be read in another way, of which only the last one asked for is shown', async () => {
    const page = await begun();
    await page.actions.offerFiles(listed('zoo/cat/old/1.jpg', 'zoo/cat/new/2.jpg', 'zoo/dog/new/3.jpg'));
    await Promise.all([page.actions.readImportAs('unlabelled'), page.actions.readImportAs('innermost-folders')]);
    expect(page.state().importing).toMatchObject({ busy: false, totals: { classes: ['new', 'old'] } });
    await page.actions.readImportByPattern('{class}.*');
    expect(page.state().importing?.totals.classes).toEqual(['1', '2', '3']);
    await page.actions.readImportByPattern('{clas}.*');
    expect(page.state().importing).toMatchObject({ busy: false, error: { code: 'pattern-invalid' }, totals: { pictures: 3 } });
    await page.actions.readImportAs('class-folders');
    // What is still being read is waited for.
    const reading = page.actions.readImportAs('innermost-folders');
    await page.actions.confirmImport();
    await reading;
    expect(count(page)).toEqual({ new: 2, old: 1 });
  });

  it('is let go of when it is declined, by its button or by Cancel', async () => {
    const page = await begun();
    await page.actions.offerFiles(pets);
    await page.actions.declineImport();
    expect(page.state()).toMatchObject({ importing: null, ingest: { phase: 'idle', error: null } });
    await page.actions.offerFiles(pets);
    page.actions.cancelIngest();
    expect(page.state()).toMatchObject({ importing: null, ingest: { phase: 'idle' } });
    expect(page.state().project.document.samples).toEqual([]);
    expect(page.engine().calls.filter((call) => call === 'closeImport')).toHaveLength(2);
  });

  it('does not come in when every folder is ignored, and says so where it is asked', async () => {
    const page = await begun();
    await page.actions.offerFiles(pets);
    page.actions.changeImportRows(page.state().importing?.rows.map(({ key }) => key) ?? [], { target: { kind: 'ignore' } });
    await page.actions.confirmImport();
    expect(page.state().importing?.error?.code).toBe('import-nothing-chosen');
    expect(page.state().ingest.phase).toBe('confirming');
  });

  it('is lost with the worker that listed it, and that is said', async () => {
    const page = await begun();
    await page.actions.offerFiles(pets);
    page.engine().die();
    await page.actions.restartWorker();
    expect(page.state()).toMatchObject({ importing: null, ingest: { phase: 'idle', error: { code: 'add-cancelled' } } });
    await page.actions.offerFiles(pets);
    await page.actions.confirmImport();
    expect(page.state().project.document.samples).toHaveLength(10);
  });

  it('is forgotten with everything else', async () => {
    const page = await begun();
    await page.actions.offerFiles(pets);
    await page.actions.forgetEverything();
    expect(page.state()).toMatchObject({ importing: null, ingest: { phase: 'idle' } });
  });

  it('cannot be offered twice at a time', async () => {
    const page = await begun();
    await page.actions.offerFiles(pets);
    await page.actions.offerFiles(listed('other/cat/1.jpg'));
    expect(page.state().ingest.error?.code).toBe('busy');
    expect(found(page)).toHaveLength(4);
  });

  it('whose permission is withdrawn while it is listed ends in a sentence', async () => {
    const page = await begun();
    page.engine().failures.set('openImport', 'file-unreadable');
    await page.actions.offerFiles(pets);
    expect(page.state()).toMatchObject({ importing: null, ingest: { phase: 'idle', error: { code: 'file-unreadable' } } });
  });

  it('without a label comes in unlabelled', async () => {
    const page = await begun();
    await page.actions.addFiles(listed('IMG1.jpg', 'IMG2.jpg', 'notes.txt'));
    expect(count(page)).toEqual({ '-': 2 });
    expect(page.state().project.document.skipped.map(({ path, reason }) => [path, reason.code])).toEqual([
      ['notes.txt', 'not-a-picture'],
    ]);
  });

  it('without any ending is looked into, since only its content can tell', async () => {
    const page = await begun();
    await page.actions.addFiles(listed('r/cat/0001', 'r/cat/0002', 'r/dog/0001'));
    expect(page.state().ingest.error).toBeNull();
    expect(page.engine().calls).toContain('addPictures');
  });
});

describe('a manifest among what was dropped', () => {
  const pictures = listed(...Array.from({ length: 6 }, (_, at) => `set/${String(at)}.jpg`));
  const rows = (...columns: readonly string[][]): string =>
    columns[0]?.map((_, at) => columns.map((column) => column[at] ?? '').join(',')).join('\n') ?? '';
  const names = ['file', ...Array.from({ length: 6 }, (_, at) => `${String(at)}.jpg`)];
  const species = ['species', 'cat', 'dog', 'cat', 'dog', 'cat', 'dog'];
  const places = ['category', 'in', 'in', 'in', 'out', 'out', 'out'];

  it('labels the pictures, with a script too', async () => {
    const page = await begun();
    await page.actions.addFiles([...pictures, text('set/labels.csv', rows(names, species))]);
    expect(count(page)).toEqual({ cat: 3, dog: 3 });
    expect(page.state().ingest.reasoning[0]).toContain('labels.csv (comma, UTF-8) has 6 rows');
  });

  it('whose columns are not clear asks; a script is told, and can say them', async () => {
    const page = await begun();
    const files = [...pictures, text('set/labels.csv', rows(names, species, places))];
    await page.actions.addFiles(files);
    expect(page.state().ingest).toMatchObject({ phase: 'idle', error: { code: 'import-unanswered' } });
    expect(page.state().ingest.error?.message).toContain('“species” and “category”');
    await page.actions.offerFiles(files);
    await page.actions.confirmImport();
    expect(page.state().importing?.error?.code).toBe('import-unanswered');
    await page.actions.readImportByColumns({ file: 0, label: 2, split: null });
    await page.actions.confirmImport();
    expect(count(page)).toEqual({ in: 3, out: 3 });
    const other = await begun();
    await other.actions.addFiles(files, { columns: { label: 'species' } });
    expect(count(other)).toEqual({ cat: 3, dog: 3 });
  });

  it('that was asked for by name and cannot be used is refused by name', async () => {
    const page = await begun();
    await page.actions.addFiles([...pictures, text('set/labels.csv', 'a,b\nx,y\nz,y')], { manifest: 'labels.csv' });
    expect(page.state().ingest.error).toMatchObject({ code: 'manifest-columns-unknown' });
    await page.actions.addFiles(pictures, { manifest: 'other.csv' });
    expect(page.state().ingest.error).toMatchObject({ code: 'manifest-missing' });
    expect(page.state().project.document.samples).toEqual([]);
  });

  it('alone says that its pictures are wanted too', async () => {
    const page = await begun();
    await page.actions.addFiles([text('labels.csv', rows(names, species))]);
    expect(page.state().ingest.error?.code).toBe('manifest-alone');
  });

  it('that names absent files is taken with a warning that counts them', async () => {
    const page = await begun();
    await page.actions.addFiles([...pictures.slice(0, 4), text('set/labels.csv', rows(names, species))]);
    expect(page.state().ingest.warnings.map(({ code, message }) => [code, message])).toEqual([
      ['manifest-files-absent', '2 row(s) of the list name files that are not here: 4.jpg, 5.jpg.'],
    ]);
  });

  it('that cannot be read is told as a warning, and the folders are read', async () => {
    const page = await begun();
    await page.actions.addFiles([
      ...listed(...classFolder('cat', 2), ...classFolder('dog', 2)),
      text('pets/x.csv', 'PK\u0003\u0004\u0000'),
    ]);
    expect(page.state().ingest.warnings.map(({ code }) => code)).toEqual(['manifest-undecodable']);
    expect(count(page)).toEqual({ cat: 2, dog: 2 });
  });
});

describe('a model among what was dropped', () => {
  const listing = (...paths: readonly string[]) => ({ entries: paths.map((path) => ({ path, bytes: 1 })) });
  const own = ['m/config.json', 'm/model.safetensors', 'm/certificate/01.png'];

  it('goes to the dialog for models: a ZIP as it is, of a folder the file; nothing comes in as a picture', async () => {
    for (const [given, name, entries] of [
      [['m.zip'], 'm.zip', own],
      [own, 'model.safetensors', own],
    ] as const) {
      const page = createPage(createFakeStorage(), { listing: listing(...entries) });
      await page.actions.begin();
      await page.actions.offerFiles(given.map((path) => text(path, 'x')));
      expect(page.state()).toMatchObject({ importing: null, ingest: { phase: 'idle', error: null } });
      // It is none that the stand-in knows, and the dialog says so by the name that was given.
      expect(page.state().modelImport).toMatchObject({ phase: 'open', error: { code: 'model-file-unknown' } });
      expect(page.state().modelImport.error?.message).toContain(name);
      expect(page.engine().calls).toContain('closeImport');
      expect(page.state().project.document.skipped).toEqual([]);
    }
  });

  it('is left aside where pictures came with it, and where a reading was asked for', async () => {
    const beside = createPage(createFakeStorage(), { listing: listing(...own, 'm/cat/1.png', 'm/dog/1.png') });
    await beside.actions.begin();
    await beside.actions.offerFiles([text('m.zip', 'x')]);
    expect(beside.state().ingest.phase).toBe('confirming');
    const asked = createPage(createFakeStorage(), { listing: listing(...own) });
    await asked.actions.begin();
    await asked.actions.addFiles([text('m.zip', 'x')]);
    expect(asked.state().modelImport.phase).toBe('closed');
  });
});
