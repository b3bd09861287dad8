import { createHash } from 'node:crypto';
import { existsSync, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPython, runPython } from '../../../export/testing/python';
import { blobSource } from '../byte-source';
import { readModelFile } from '../model-file';

const hasTorch = hasPython('files as PyTorch itself writes them', 'torch', 'onnx', 'numpy');
const script = fileURLToPath(new URL('write-files.py', import.meta.url));
let folder: string;
let answers: Readonly<Record<string, Readonly<Record<string, string>>>>;

const read = async (file: string) =>
  readModelFile([blobSource(await openAsBlob(join(folder, file)), file)], () => undefined, new AbortController().signal);
const hash = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');

describe.runIf(hasTorch)('files as PyTorch itself writes them', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headstart-torch-files-'));
    const { stdout, stderr, status } = runPython(['-W', 'ignore', script], folder);
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    answers = JSON.parse(stdout) as typeof answers;
  }, 300_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['checkpoint.pth.tar', 'pytorch', 'float32', 3, 0],
    ['legacy.pth', 'pytorch', 'float16', null, 6],
    ['brain.pt', 'pytorch', 'bfloat16', 3, 0],
    ['model.onnx', 'onnx', 'float32', 3, 0],
  ] as const)('%s gives every value to the bit', async (file, format, precision, classes, ignored) => {
    const model = await read(file);
    expect(model).toMatchObject({ fileName: file, format, precision: [precision], headProblem: null });
    expect([model.head?.bias.length ?? null, model.ignored.length]).toEqual([classes, ignored]);
    const tensors = new Map(model.conv);
    if (model.head !== null) tensors.set('classifier.weight', model.head.weight).set('classifier.bias', model.head.bias);
    expect(Object.fromEntries([...tensors].map(([name, values]) => [name, hash(values)]))).toEqual(answers[file]);
  });

  it.each([
    ['module.pt', 'model-pickle-refused', /asks for torch\.nn\.modules\.container\.Sequential to be run/],
    ['evil.pth', 'model-pickle-refused', /asks for (posix|nt)\.system to be run/],
    ['evil-legacy.pth', 'model-pickle-refused', /asks for (posix|nt)\.system to be run/],
    ['double.pth', 'model-tensor-type', /features\.0\.weight in double\.pth holds float64/],
    ['nan.pth', 'model-tensor-not-finite', /features\.7\.bias/],
    ['normed.pth', 'model-other-architecture', /VGG-16 with batch norm/],
    ['nineteen.pth', 'model-other-architecture', /VGG-19/],
  ] as const)('%s is refused in a sentence', async (file, code, words) => {
    await expect(read(file)).rejects.toMatchObject({ code, message: expect.stringMatching(words) as string });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });
});
