import { describe, expect, it } from 'vitest';
import type { ModelImportProgress } from '../../domain/model-import';
import { createPreset } from '../../domain/presets';
import { plainRun } from '../../domain/testing/plain-run';
import { featureCount } from '../../domain/vgg16';
import { writeZip, type ZipEntry } from '../../ingest/archive/testing/write-archives';
import { encodeHead } from '../head-file';
import { blobSource, memorySource, type ByteSource } from './byte-source';
import { readModelFile } from './model-file';
import { bytesOf, countedSource, headValues } from './testing/head-tensors';
import { writeSafetensorsFile, type WrittenEntry } from './testing/write-safetensors';

const never = new AbortController().signal;
const ignore = (): void => undefined;
const { weight, bias } = headValues(2);
const entries: Record<string, WrittenEntry> = {
  'classifier.weight': { dtype: 'F32', shape: [2, featureCount], bytes: bytesOf(weight) },
  'classifier.bias': { dtype: 'F32', shape: [2], bytes: bytesOf(bias) },
};
const config = {
  format: 'headstart-model',
  version: 1,
  classes: ['cat', 'dog'],
  head: { inputs: featureCount, featureNorm: 10 },
  input: { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6], fit: 'squash', resize: 'to 224 x 224; antialiased bilinear, as Pillow' },
  settings: createPreset('recommended', 7),
  run: { device: 'webgpu', later: true },
  later: { fields: 'may come' },
};
const withConfig = (change: object = {}) =>
  writeSafetensorsFile(entries, { format: 'pt', headstart: JSON.stringify({ ...config, ...change }) });

const read = (bytes: Uint8Array, name = 'a.safetensors') => readModelFile([memorySource(bytes, name)], ignore, never);
const readAll = (...files: readonly ByteSource[]) => readModelFile(files, ignore, never);
const zip = (files: readonly ZipEntry[]) => memorySource(writeZip(files), 'cats.zip');
const refusal = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words) as string });

describe('readModelFile of safetensors', () => {
  it('reads a head with all that the file says of it', async () => {
    const model = await read(withConfig());
    expect(model).toMatchObject({
      fileName: 'a.safetensors',
      format: 'safetensors',
      conv: null,
      headProblem: null,
      scaling: { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
      resize: { fit: 'squash', resampling: 'antialiased bilinear' },
      ignored: [],
      precision: ['float32'],
    });
    expect(model.head).toMatchObject({ classNames: ['cat', 'dog'], featureNorm: 10, fit: 'squash', trainedBy: 'headstart' });
    expect(model.head?.settings).toEqual(config.settings);
    expect(model.head?.weight).toEqual(weight);
    expect(model.head?.bias).toEqual(bias);
  });

  it('knows what train.py made, and leaves settings that this page would not train with', async () => {
    const model = await read(withConfig({ run: { device: 'pytorch' }, settings: { ...config.settings, batchSize: 0 } }));
    expect(model.head).toMatchObject({ trainedBy: 'pytorch', settings: null, classNames: ['cat', 'dog'] });
  });

  it('reads a head as this app keeps it, and one that says nothing of itself', async () => {
    const run = { ...plainRun, classNames: ['one', 'two'] };
    const kept = await read(encodeHead({ run, weight, bias, tensors: [] }));
    expect(kept.head).toMatchObject({ classNames: ['one', 'two'], trainedBy: 'headstart', featureNorm: null });
    const bare = await read(writeSafetensorsFile(entries));
    expect(bare).toMatchObject({ scaling: null, resize: null, head: { classNames: null, settings: null, trainedBy: null } });
  });

  it('takes a kept head with some trained convolutions for what it is: not whole', async () => {
    const tensors = [{ name: 'features.28.bias', values: new Float32Array(512) }];
    const file = encodeHead({ run: { ...plainRun, classNames: ['one', 'two'] }, weight, bias, tensors });
    await expect(read(file)).rejects.toMatchObject(refusal('model-tensors-missing', /lacks 25/));
  });

  it.each([
    ['F16', 'float16', [0x3c00, 0xc000], [1, -2]],
    ['BF16', 'bfloat16', [0x3f80, 0xc000], [1, -2]],
    // The smallest subnormals of each.
    ['F16', 'float16', [0x0001, 0x8001], [2 ** -24, -(2 ** -24)]],
    ['BF16', 'bfloat16', [0x0001, 0x8001], [2 ** -133, -(2 ** -133)]],
  ] as const)('widens %s exactly', async (dtype, type, bits, values) => {
    const half = Uint16Array.from({ length: 2 * featureCount }, (_, at) => bits[at % 2] ?? 0);
    const model = await read(
      writeSafetensorsFile({
        'classifier.weight': { dtype, shape: [2, featureCount], bytes: new Uint8Array(half.buffer) },
        'classifier.bias': { dtype, shape: [2], bytes: new Uint8Array(half.buffer.slice(0, 4)) },
      }),
    );
    expect(model.precision).toEqual([type]);
    expect([...(model.head?.bias ?? [])]).toEqual(values);
    expect([...(model.head?.weight.subarray(0, 2) ?? [])]).toEqual(values);
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'a file that is cut',
      withConfig().subarray(0, 100_000),
      'model-file-truncated',
      /should have 20\d,\d{3} bytes and has 100,000/,
    ],
    ['a file that ends in its header', withConfig().subarray(0, 500), 'model-file-truncated', /its header is not all there/],
    [
      'a header that is no JSON',
      Uint8Array.from([9, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode('{"a": nope')]),
      'model-file-damaged',
      /header cannot be read/,
    ],
    [
      'a shape that is not the bytes',
      writeSafetensorsFile(entries, {}, (header) => ({
        ...header,
        'classifier.bias': { dtype: 'F32', shape: [3], data_offsets: [200_704, 200_712] },
      })),
      'model-file-damaged',
      /gives classifier\.bias 8 bytes/,
    ],
    [
      'offsets the wrong way round',
      writeSafetensorsFile(entries, {}, (header) => ({ ...header, x: { dtype: 'F32', shape: [1], data_offsets: [8, 4] } })),
      'model-file-damaged',
      /nonsense of x/,
    ],
    [
      'types that are not read',
      writeSafetensorsFile({ ...entries, 'classifier.bias': { dtype: 'F64', shape: [2], bytes: new Uint8Array(16) } }),
      'model-tensor-type',
      /classifier\.bias .* float64/,
    ],
    [
      'a value that is no number',
      writeSafetensorsFile({
        ...entries,
        'classifier.bias': { dtype: 'F32', shape: [2], bytes: bytesOf(Float32Array.of(1, NaN)) },
      }),
      'model-tensor-not-finite',
      /classifier\.bias/,
    ],
    [
      'a value beyond all numbers',
      writeSafetensorsFile({
        ...entries,
        'classifier.bias': { dtype: 'F32', shape: [2], bytes: bytesOf(Float32Array.of(1, Infinity)) },
      }),
      'model-tensor-not-finite',
      /classifier\.bias/,
    ],
    [
      'more class names than classes',
      withConfig({ classes: ['a', 'b', 'c'] }),
      'model-head-unusable',
      /names 3 classes and has weights for 2/,
    ],
    ['two classes of one name', withConfig({ classes: ['a', 'a'] }), 'model-file-damaged', /makes no sense at classes/],
    [
      'a standard deviation of zero',
      withConfig({ input: { ...config.input, std: [1, 0, 1] } }),
      'model-file-damaged',
      /makes no sense at input\.std\.1/,
    ],
    ['a feature norm of nothing', withConfig({ head: { featureNorm: -1 } }), 'model-file-damaged', /head\.featureNorm/],
    [
      'a description that is no JSON',
      writeSafetensorsFile(entries, { headstart: '{' }),
      'model-file-damaged',
      /makes no sense at its beginning/,
    ],
    [
      'a text',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      'model-file-unknown',
      /a\.safetensors is no model/,
    ],
    ['nothing', new Uint8Array(0), 'model-file-unknown', /no model/],
  ])('refuses %s in a sentence', async (_, bytes, code, words) => {
    await expect(read(bytes)).rejects.toMatchObject(refusal(code, words));
  });

  it('reads the header and the tensors that it needs, and no byte more', async () => {
    const unused = { dtype: 'F32', shape: [4096, 4096], bytes: new Uint8Array(4096 * 4096 * 4) };
    const file = writeSafetensorsFile({ ...entries, 'head.fc.weight': { ...unused } });
    const source = countedSource(file, 'a.safetensors');
    const model = await readAll(source);
    expect(model.ignored).toEqual(['head.fc.weight']);
    // What tells the format apart is 4 kB.
    expect(source.bytesRead()).toBeLessThan(weight.byteLength + bias.byteLength + 6000);
  });

  it('tells progress that never falls, and stops when it is cancelled', async () => {
    const told: ModelImportProgress[] = [];
    await readModelFile([memorySource(withConfig(), 'a')], (progress) => told.push(progress), never);
    const total = weight.byteLength + bias.byteLength;
    expect(told).toEqual([0, weight.byteLength, total].map((done) => ({ stage: 'reading', done, total })));
    const controller = new AbortController();
    const reading = readModelFile(
      [memorySource(withConfig(), 'a')],
      () => {
        controller.abort();
      },
      controller.signal,
    );
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says that a file on disk cannot be read any more', async () => {
    const gone = blobSource(new Blob(), 'a.pth');
    const blob = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }) };
    await expect(readAll({ ...gone, ...blobSource(blob as unknown as Blob, 'a.pth') })).rejects.toMatchObject({
      code: 'file-unreadable',
    });
  });
});

describe('readModelFile of a ZIP', () => {
  const model = { path: 'cats/model.safetensors', content: writeSafetensorsFile(entries) };
  const described = { path: 'cats/config.json', content: JSON.stringify(config) };

  it.each([true, false])('finds the model and what its config.json says, in a folder, stored: %s', async (stored) => {
    const file = zip([
      { path: 'cats/' },
      { ...model, stored },
      described,
      { path: '__MACOSX/cats/._model.safetensors', content: 'x' },
    ]);
    const { fileName, head, scaling } = await readAll(file);
    expect([fileName, head?.classNames, scaling?.mean]).toEqual(['cats.zip', ['cat', 'dog'], [0.1, 0.2, 0.3]]);
    expect(head?.weight).toEqual(weight);
  });

  it('reads a stored model where it lies', async () => {
    const pictures = { path: 'pictures.bin', content: new Uint8Array(5_000_000), stored: true };
    const source = countedSource(writeZip([pictures, { ...model, stored: true }, described]), 'cats.zip');
    await readAll(source);
    expect(source.bytesRead()).toBeLessThan(weight.byteLength + 400_000);
  });

  it('takes safetensors before what else is there, and model.safetensors before others', async () => {
    const other = { ...entries, 'classifier.bias': { dtype: 'F32', shape: [2], bytes: bytesOf(Float32Array.of(7, 8)) } };
    const file = zip([
      { path: 'state.pt', content: 'anything' },
      { path: 'a/best.safetensors', content: writeSafetensorsFile(other) },
      model,
    ]);
    expect((await readAll(file)).head?.bias).toEqual(bias);
    const two = zip([
      { ...model, path: 'a.safetensors' },
      { ...model, path: 'b.safetensors' },
    ]);
    await expect(readAll(two)).rejects.toMatchObject(
      refusal('model-file-several', /cats\.zip holds several models: a\.safetensors, b\.safetensors/),
    );
  });

  it('takes a config.json that is given beside the file, also timm’s for its scaling, and no other program’s', async () => {
    const file = memorySource(model.content, 'model.safetensors');
    const beside = (text: object) => readAll(file, memorySource(new TextEncoder().encode(JSON.stringify(text)), 'config.json'));
    expect((await beside(config)).head?.classNames).toEqual(['cat', 'dog']);
    const timm = {
      architecture: 'vgg16',
      pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], interpolation: 'bicubic', crop_mode: 'squash' },
    };
    expect(await beside(timm)).toMatchObject({
      scaling: { mean: [0.5, 0.5, 0.5] },
      resize: { fit: 'squash', resampling: 'bicubic' },
    });
    expect(await beside({ model_type: 'bert' })).toMatchObject({ scaling: null, head: { classNames: null } });
    await expect(beside({ format: 'headstart-model' })).rejects.toMatchObject(refusal('model-file-damaged', /config\.json/));
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'that is cut',
      writeZip([model]).subarray(0, 1500),
      'model-file-truncated',
      /list of its files, which is at its end, is missing/,
    ],
    ['without a model', writeZip([{ path: 'a.txt', content: 'x' }]), 'model-file-unknown', /cats\.zip/],
    ['of nothing', writeZip([]), 'model-file-unknown', /cats\.zip/],
    ['with a password', writeZip([{ ...model, flags: 1 }]), 'model-file-damaged', /model\.safetensors in cats\.zip .*password/],
    [
      'packed by another method',
      writeZip([{ ...model, method: 12 }]),
      'model-file-damaged',
      /method that this page does not know/,
    ],
    ['whose model is damaged', writeZip([{ ...model, crc32: 1 }]), 'model-file-damaged', /cannot be unpacked/],
    ['whose model is another size', writeZip([{ ...model, bytes: 5000 }]), 'model-file-damaged', /cannot be unpacked/],
    [
      'that is a bomb',
      writeZip([{ ...model, content: new Uint8Array(8_000_000) }]),
      'model-file-damaged',
      /far more than weights/,
    ],
  ])('refuses a ZIP %s', async (_, bytes, code, words) => {
    await expect(read(bytes, 'cats.zip')).rejects.toMatchObject(refusal(code, words));
  });
});
