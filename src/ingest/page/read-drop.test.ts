import { describe, expect, it } from 'vitest';
import { type DroppedItem, readDataTransfer, readDropItems, readFileList } from './read-drop';

type Tree = { readonly [name: string]: Tree | string };

/** A directory as Chromium gives it: a hundred entries at most a call, and then none. */
function createEntry(name: string, content: Tree | string): FileSystemEntry {
  if (typeof content === 'string') {
    const file = (resolve: (file: File) => void, reject: (error: Error) => void) =>
      content === 'locked' ? reject(new Error('locked')) : resolve(new File([content], name));
    return { name, isDirectory: false, isFile: true, file } as unknown as FileSystemEntry;
  }
  const createReader = () => {
    const left = Object.entries(content).map(([child, inside]) => createEntry(child, inside));
    return { readEntries: (resolve: (entries: FileSystemEntry[]) => void) => resolve(left.splice(0, 100)) };
  };
  return { name, isDirectory: true, isFile: false, createReader } as unknown as FileSystemEntry;
}
function createItem(name: string, content: Tree | string): DataTransferItem {
  return {
    kind: 'file',
    type: '',
    webkitGetAsEntry: () => createEntry(name, content),
    getAsFile: () => null,
  } as unknown as DataTransferItem;
}
function createDropped(name: string, content: Tree | string): DroppedItem {
  if (typeof content === 'string')
    return {
      kind: 'file',
      name,
      getFile: () => (content === 'locked' ? Promise.reject(new Error('locked')) : Promise.resolve(new File([content], name))),
    };
  return {
    kind: 'directory',
    name,
    async *getEntries() {
      for (const [child, inside] of Object.entries(content)) yield await Promise.resolve(createDropped(child, inside));
    },
  };
}

const pets: Tree = {
  train: { dog: { 'b.jpg': 'b', 'a.jpg': 'a', '.DS_Store': '' }, кошка: { '猫.png': 'c' }, '.git': { config: 'x' } },
  'Thumbs.db': 'x',
  __MACOSX: { 'a.jpg': 'x' },
  deep: { er: { and: { deeper: { 'z.jpg': 'z' } } } },
};
const expected = ['pets/deep/er/and/deeper/z.jpg', 'pets/train/dog/a.jpg', 'pets/train/dog/b.jpg', 'pets/train/кошка/猫.png'];
const paths = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path);

describe('readDataTransfer', () => {
  it('walks a dropped folder to any depth, in the order of paths, without what systems leave behind', async () => {
    const files = await readDataTransfer([createItem('pets', pets)]);
    expect(paths(files)).toEqual(expected);
    expect(await files[1]?.file.text()).toBe('a');
  });

  it('reads a folder of more files than one call gives', async () => {
    const many = Object.fromEntries(Array.from({ length: 731 }, (_, i) => [`cat.${i}.jpg`, `${i}`]));
    expect(await readDataTransfer([createItem('cats', many)])).toHaveLength(731);
  });

  it('asks every item for its entry before it waits for anything', async () => {
    let asked = 0;
    const items = Array.from({ length: 3 }, (_, i) => {
      const webkitGetAsEntry = () => {
        asked += 1;
        return createEntry(`${i}.jpg`, 'x');
      };
      return Object.assign(createItem('', ''), { webkitGetAsEntry });
    });
    const work = readDataTransfer(items);
    expect(asked).toBe(3);
    expect(paths(await work)).toEqual(['0.jpg', '1.jpg', '2.jpg']);
  });

  it('takes a whole DataTransfer, leaves text out, and takes a pasted picture that has no entry', async () => {
    const pasted = {
      kind: 'file',
      webkitGetAsEntry: () => null,
      getAsFile: () => new File(['p'], 'image.png'),
    } as unknown as DataTransferItem;
    const text = { kind: 'string', webkitGetAsEntry: () => null, getAsFile: () => null } as unknown as DataTransferItem;
    expect(paths(await readDataTransfer({ items: [text, pasted] } as unknown as DataTransfer))).toEqual(['image.png']);
  });

  it('lists a file that the system will not open, so that it is told as skipped', async () => {
    const files = await readDataTransfer([createItem('pets', { 'a.jpg': 'locked', 'b.jpg': 'b' })]);
    expect(files.map(({ path, file }) => [path, file.size])).toEqual([
      ['pets/a.jpg', 0],
      ['pets/b.jpg', 1],
    ]);
  });

  it('gives names the same form whether the system composes letters or not', async () => {
    expect(paths(await readDataTransfer([createItem('chie\u0302n', { 'a.jpg': 'a' })]))).toEqual(['chi\u00ean/a.jpg']);
  });
});

describe('readFileList', () => {
  it('uses the relative path of a chosen folder and the name of chosen files', () => {
    const inFolder = Object.defineProperty(new File(['a'], 'a.jpg'), 'webkitRelativePath', { value: 'pets/cat/a.jpg' });
    const alone = Object.defineProperty(new File(['b'], 'b.jpg'), 'webkitRelativePath', { value: '' });
    const hidden = Object.defineProperty(new File(['x'], '.DS_Store'), 'webkitRelativePath', { value: 'pets/.DS_Store' });
    expect(paths(readFileList([inFolder, hidden, alone]))).toEqual(['b.jpg', 'pets/cat/a.jpg']);
  });
});

describe('readDropItems', () => {
  it('walks what React Aria gives as it walks a plain drop', async () => {
    expect(paths(await readDropItems([createDropped('pets', pets), { kind: 'text' }]))).toEqual(expected);
    expect(paths(await readDropItems([createDropped('a.jpg', 'locked')]))).toEqual(['a.jpg']);
  });
});

describe('a dropped folder that the browser can open again', () => {
  const handle = (name: string) => ({ kind: 'directory', name }) as FileSystemDirectoryHandle;
  const withHandle = (name: string, content: Tree | string, given: () => Promise<unknown>): DataTransferItem =>
    Object.assign(createItem(name, content), { getAsFileSystemHandle: given });

  it('is told with each of its files, unless it is refused, is a file or shares its name with another', async () => {
    const pets = handle('pets');
    const folders = async (...items: DataTransferItem[]) =>
      (await readDataTransfer(items)).map(({ path, folder }) => [path, folder]);
    expect(await folders(withHandle('pets', { cat: { '1.jpg': 'a' } }, () => Promise.resolve(pets)))).toEqual([
      ['pets/cat/1.jpg', pets],
    ]);
    const refused = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    expect(await folders(withHandle('pets', { '1.jpg': 'a' }, refused))).toEqual([['pets/1.jpg', undefined]]);
    const file = () => Promise.resolve({ kind: 'file', name: '1.jpg' });
    expect(await folders(withHandle('1.jpg', 'a', file))).toEqual([['1.jpg', undefined]]);
    const twin = (name: string) => withHandle('pets', { [name]: 'a' }, () => Promise.resolve(handle('pets')));
    expect(await folders(twin('1.jpg'), twin('2.jpg'))).toEqual([
      ['pets/1.jpg', undefined],
      ['pets/2.jpg', undefined],
    ]);
  });
});
