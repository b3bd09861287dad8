import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { augmentForEpoch } from '../../domain/augment';
import { sizeOfModel } from '../../domain/model-export';
import { deriveRng, hashText } from '../../domain/rng';
import { usualAugmentation } from '../../domain/run-config';
import { assignSplits } from '../../domain/split';
import { featureCount, inputValues } from '../../domain/vgg16';
import { createHeadWeights } from '../../engine/head';
import { parseSafetensors, readFloat32 } from '../../engine/weights/safetensors';
import { collectFiles, unpackTo } from '../testing/collect-files';
import { hasPython, runPython } from '../testing/python';
import { createSmallModel, smallCertificate } from '../testing/small-model';
import { pytorchFormat } from './pytorch-format';

const model = createSmallModel();
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
let files: ReadonlyMap<string, Uint8Array>;
let folder: string;

beforeAll(async () => {
  files = await collectFiles(pytorchFormat.files(model, 'float32'));
  folder = await mkdtemp(join(tmpdir(), 'headstart-pytorch-'));
  await unpackTo(folder, files);
}, 60_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the PyTorch export', () => {
  it('holds the tensors under torchvision’s names, to the bit, with all that a lone file needs', () => {
    const bytes = files.get('model.safetensors') ?? new Uint8Array(0);
    const tensors = parseSafetensors(bytes, 'model.safetensors');
    expect([...tensors.keys()]).toEqual(model.tensors.map(({ name }) => name));
    for (const { name, shape, values } of model.tensors) {
      const stored = tensors.get(name);
      expect(stored?.shape).toEqual(shape);
      // Far quicker than toEqual over millions of numbers.
      const read = stored === undefined ? new Float32Array(0) : readFloat32(stored);
      expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(values.buffer))).toBe(0);
    }
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(textOf(bytes.subarray(8, 8 + length))) as { __metadata__: Record<string, string> };
    expect(header.__metadata__['format']).toBe('pt');
    expect(JSON.parse(header.__metadata__['headstart'] ?? '')).toEqual(JSON.parse(textOf(files.get('config.json'))));
  });

  it('tells everything about preprocessing, seed and settings in config.json', () => {
    expect(JSON.parse(textOf(files.get('config.json')))).toMatchObject({
      format: 'headstart-model',
      version: 1,
      classes: ['cat', '*dog*'],
      head: { inputs: featureCount, featureNorm: 10 },
      precision: 'float32',
      input: { size: [224, 224], channels: 'RGB', fit: 'crop', mean: [0.48501961, 0.45795686, 0.40760392] },
      seed: 7,
      way: 'features',
      settings: model.run.config,
      run: { number: 3, counts: { train: 8, val: 4, test: 0 } },
      fingerprint: model.fingerprint,
    });
  });

  it('carries the certificate’s pictures to the bit and their logits to the last digit', () => {
    const record = JSON.parse(textOf(files.get('certificate/certificate.json'))) as { pictures: { file: string }[] };
    expect(record).toMatchObject({ bound: 1e-4, precision: 'float32', rms: 0.9354, pictures: [{ logits: [1.5, -0.25] }, {}] });
    record.pictures.forEach(({ file }, index) => {
      const png = PNG.sync.read(Buffer.from(files.get(`certificate/${file}`) ?? []));
      const rgb = Uint8Array.from({ length: inputValues }, (_, at) => png.data[Math.floor(at / 3) * 4 + (at % 3)] ?? 0);
      expect([png.width, png.height]).toEqual([224, 224]);
      expect(Buffer.compare(rgb, smallCertificate.pictures[index]?.pixels ?? new Uint8Array(0))).toBe(0);
    });
  });

  it('says in its README where plain loading answers differently, and takes nothing of a class’s name for Markdown', async () => {
    expect(textOf(files.get('README.md'))).toContain('answer differently there');
    expect(textOf(files.get('README.md'))).toContain('cat, \\*dog\\*');
    const plain = await collectFiles(pytorchFormat.files(createSmallModel({ featureNorm: null }), 'float16'));
    expect(textOf(plain.get('README.md'))).toContain('vgg.load_state_dict');
    expect(textOf(plain.get('README.md'))).toContain('float16, half the size');
    // Rounded to nearest: exact for what float16 has, at most 2^-11 off for what it has not.
    const read = parseSafetensors(plain.get('model.safetensors') ?? new Uint8Array(0), 'half').get('classifier.bias');
    expect(read === undefined ? [] : [...readFloat32(read)]).toEqual([0.25, -1]);
  });

  it('is as large as was said before', async () => {
    for (const precision of ['float32', 'float16'] as const) {
      const written = precision === 'float32' ? files : await collectFiles(pytorchFormat.files(model, precision));
      const bytes = [...written.values()].reduce((sum, { length }) => sum + length, 0);
      const estimate = pytorchFormat.estimateBytes(sizeOfModel(2), precision);
      expect(Math.abs(bytes / estimate - 1)).toBeLessThan(0.03);
    }
  });
});

const hasNumpy = hasPython('the page’s chance in Python', 'numpy');

describe.runIf(hasNumpy)('the page’s own chance in browser.py', () => {
  it('hashes, shuffles, draws first weights, splits and changes pictures as the page does', async () => {
    const pixels = Uint8Array.from({ length: inputValues }, (_, at) => (at * 7 + Math.floor(at / 672) * 3) % 256);
    await writeFile(join(folder, 'pixels'), pixels);
    const ids = Array.from({ length: 23 }, (_, index) => `id ${String(index)} é🐈`);
    const script = `
import json, sys, numpy as np
from browser import *
ids, augmentation = json.load(sys.stdin)
pixels = np.fromfile("pixels", np.uint8).reshape(224, 224, 3)
weight, bias = create_head(2, 4000000000)
changed = [change_picture(pixels, augmentation, 3, epoch, ids[0]) for epoch in range(4)]
np.stack(changed).tofile("changed")
weight.tofile("weight")
print(json.dumps({
  "hashes": [hash_text(one, 9) for one in ids],
  "uniform": Chance(4294967295, "x").uniform(),
  "order": order_of_epoch(ids, 5, 2),
  "bias": bias.tolist(),
  "validation": sorted(choose_validation(ids, 0.2, 6)),
}))`;
    await writeFile(join(folder, 'compare.py'), script.replace('json.load(sys.stdin)', 'json.load(open("asked.json"))'));
    await writeFile(join(folder, 'asked.json'), JSON.stringify([ids, { ...usualAugmentation, erase: 0.5 }]));
    const { stdout, stderr, status } = runPython(['compare.py'], folder);
    expect([status, stderr]).toEqual([0, '']);
    const head = createHeadWeights(featureCount, 2, 4_000_000_000);
    const samples = ids.map((id) => ({ id, className: 'a', folderSplit: null }));
    const { assignments } = assignSplits(samples, { seed: 6, valFraction: 0.2, limitPerClass: null });
    expect(JSON.parse(stdout)).toEqual({
      hashes: ids.map((id) => hashText(id, 9)),
      uniform: deriveRng(4_294_967_295, 'x').uniform(),
      order: deriveRng(5, 'order of epoch 2').shuffle(ids),
      bias: [...head.bias],
      validation: ids.filter((id) => assignments.get(id) === 'val').sort(),
    });
    const { readFile } = await import('node:fs/promises');
    expect(Buffer.compare(await readFile(join(folder, 'weight')), Buffer.from(head.weight.buffer))).toBe(0);
    const changed = await readFile(join(folder, 'changed'));
    for (let epoch = 0; epoch < 4; epoch += 1) {
      const showing = { seed: 3, epoch, sampleId: ids[0] ?? '' };
      const ours = augmentForEpoch(pixels, { ...usualAugmentation, erase: 0.5 }, showing);
      const theirs = changed.subarray(epoch * inputValues, (epoch + 1) * inputValues);
      // Sums over a picture are added in another order there: a value on the edge may round the other way.
      const off = ours.filter((value, at) => value !== theirs[at]);
      expect(off.length).toBeLessThan(inputValues / 1000);
    }
  });
});
