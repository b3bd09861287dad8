import { describe, expect, it } from 'vitest';
import { createPage } from './testing/create-page';

const frame = (content: string): File => new File([content], 'image.png', { type: 'image/png' });

describe('pictures without a path of their own', () => {
  it('get names that differ, the class that was said, and a word on where they went', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.addToClass([frame('a'), frame('b')], '  cup ', 'clipboard');
    const { samples } = page.state().project.document;
    expect(samples.map(({ className, recording }) => [className, recording])).toEqual([
      ['cup', null],
      ['cup', null],
    ]);
    expect(new Set(samples.map(({ path }) => path)).size).toBe(2);
    expect(samples.every(({ path }) => /^pasted\/.*\.png$/.test(path))).toBe(true);
    expect(page.state().ingest.landed).toEqual({ count: 2, className: 'cup', origin: 'clipboard' });
    await page.actions.addToClass([frame('c')], ' ', 'clipboard');
    expect(page.state().ingest.landed).toEqual({ count: 1, className: null, origin: 'clipboard' });
  });

  it('survive a restart of the worker', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.addToClass([frame('a'), frame('b')], 'cup', 'camera');
    page.engine().die();
    await page.actions.restartWorker();
    expect((await page.engine().listSamples()).map(({ className }) => className)).toEqual(['cup', 'cup']);
    expect(page.state().project.document.samples).toHaveLength(2);
    expect(page.state().notice).toBeNull();
  });

  it('are refused while others are read', async () => {
    const page = createPage();
    await page.actions.begin();
    const first = page.actions.addToClass([frame('a')], 'cup', 'clipboard');
    await page.actions.addToClass([frame('b')], 'cup', 'clipboard');
    expect(page.state().ingest.error?.code).toBe('busy');
    await first;
  });
});

describe('a dataset of Hugging Face', () => {
  it('is asked for by its name alone, and nothing is asked where the text is no name', async () => {
    const page = createPage();
    await page.actions.begin();
    const { signal } = new AbortController();
    await expect(page.actions.describeHub('no name at all', signal)).rejects.toMatchObject({ code: 'hub-name-invalid' });
    expect(page.engine().calls.filter((call) => call === 'describeHub')).toEqual([]);
    const found = await page.actions.describeHub('https://huggingface.co/datasets/some/beans', signal);
    expect(found.name).toBe('some/beans');
    const [config] = found.configs;
    const label = config?.labelColumns[0] ?? null;
    const choice = { dataset: found.name, config: 'default', imageColumn: 'image', label, splits: ['train'], picturesEach: 3 };
    await page.actions.addHub(choice, await page.actions.countHub(choice, signal));
    expect(page.state().project.document.classNames).toEqual(['cat', 'dog']);
  });
});
