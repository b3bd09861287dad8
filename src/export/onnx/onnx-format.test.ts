import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizeOfModel } from '../../domain/model-export';
import { collectFiles, unpackTo } from '../testing/collect-files';
import { hasPython, runPython } from '../testing/python';
import { createSmallModel, nineOf } from '../testing/small-model';
import { onnxFormat } from './onnx-format';
import { layOutModel } from './onnx-writer';
import { bytesField, encodeVarint, integerField, textField, writePieces } from './protobuf-writer';

const model = createSmallModel();
let folder: string;
let files: ReadonlyMap<string, Uint8Array>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headstart-onnx-'));
  files = await collectFiles(onnxFormat.files(model, 'float32'));
  await unpackTo(folder, files);
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const bytesOf = (path: string) => files.get(path) ?? new Uint8Array(0);

describe('the wire format', () => {
  it('writes the examples of Protocol Buffers’ own guide, to the byte', async () => {
    // https://protobuf.dev/programming-guides/encoding/: 150 as field 1; "testing" as field 2; the first inside field 3.
    const of = async (pieces: Parameters<typeof writePieces>[0]) => {
      const written: Uint8Array[] = [];
      for await (const piece of writePieces(pieces)) written.push(piece);
      return Buffer.concat(written).toString('hex');
    };
    expect(await of(integerField(1, 150))).toBe('089601');
    expect(await of(textField(2, 'testing'))).toBe('120774657374696e67');
    expect(await of(bytesField(3, integerField(1, 150)))).toBe('1a03089601');
    expect([...encodeVarint(2 ** 35)]).toEqual([0x80, 0x80, 0x80, 0x80, 0x80, 1]);
    expect(await of([...integerField(1, 1), { length: 2, make: () => Uint8Array.of(7, 8) }, ...integerField(1, 2)])).toBe(
      '0801' + '0708' + '0802',
    );
  });
});

describe('the ONNX export', () => {
  it('begins as an ONNX file does and holds each tensor to the bit where it says that it lies', () => {
    const { valuesAt } = layOutModel(model, 'float32');
    const bytes = bytesOf('model.onnx');
    // IR version 8, producer of nine letters.
    expect(Buffer.from(bytes.subarray(0, 13)).toString('latin1')).toBe('\x08\x08\x12\x09Headstart');
    for (const { name, values } of model.tensors) {
      const at = valuesAt.get(name) ?? 1;
      expect(at % 64).toBe(0);
      expect(Buffer.compare(bytes.subarray(at, at + values.byteLength), Buffer.from(values.buffer))).toBe(0);
    }
    expect(bytesOf('model-without-preprocessing.onnx').length).toBeLessThan(20_000);
    expect(new TextDecoder().decode(bytesOf('labels.txt'))).toBe('cat\n*dog*\n');
  });

  it('is as large as was said before', async () => {
    for (const precision of ['float32', 'float16'] as const) {
      const written = precision === 'float32' ? files : await collectFiles(onnxFormat.files(model, precision));
      const bytes = [...written.values()].reduce((sum, { length }) => sum + length, 0);
      expect(Math.abs(bytes / onnxFormat.estimateBytes(sizeOfModel(2), precision) - 1)).toBeLessThan(0.01);
    }
  });
});

/** The network once more in numpy's own words would take minutes: PyTorch says what is right. */
const compare = `
import json, numpy as np, onnx, torch
from torch import nn
from PIL import Image
from session import *
for file in ("model.onnx", "model-without-preprocessing.onnx"):
    onnx.checker.check_model(file, full_check=True)
config, model = load_config("."), onnx.load("model.onnx")
meta = {one.key: one.value for one in model.metadata_props}
assert json.loads(meta["classes"]) == config["classes"] == ["cat", "*dog*"] and json.loads(meta["headstart"]) == config
assert model.opset_import[0].version >= 17
tensors = {one.name.removesuffix(".float16"): torch.from_numpy(onnx.numpy_helper.to_array(one).astype(np.float32)) for one in model.graph.initializer}
pictures = [np.asarray(Image.open(f"certificate/0{n}.png")) for n in (1, 2)]
x = torch.from_numpy(prepare(pictures, config))
with torch.inference_mode():
    for index, width in enumerate([1, 0, 1, 0, 2, 1, 0, 1, 0, 2, 1, 0, 1, 0, 1, 0, 2, 1, 0, 1, 0, 1, 0, 2, 1, 0, 1, 0, 1, 0, 2]):
        if width == 1:
            x = nn.functional.conv2d(x, tensors[f"features.{index}.weight"], tensors[f"features.{index}.bias"], padding=1).relu()
        if width == 2:
            x = nn.functional.max_pool2d(x, 2)
    x = x.flatten(1)
    if config["head"]["featureNorm"]:
        x = nn.functional.normalize(x) * config["head"]["featureNorm"]
    known = (x @ tensors["classifier.weight"].T + tensors["classifier.bias"]).numpy()
logits, probabilities = predict(open_model("."), pictures)
(others,) = open_model(".", file="model-without-preprocessing.onnx").run(["logits"], {"input": prepare(pictures, config)})
rms = np.sqrt((known ** 2).mean())
print(max(np.abs(logits - known).max(), np.abs(others - known).max()) / rms, np.abs(probabilities.sum(1) - 1).max())
`;

const hasRuntime = hasPython('the export in ONNX Runtime', 'onnx', 'onnxruntime', 'torch', 'PIL', 'numpy');

describe.runIf(hasRuntime)('the ONNX export in ONNX Runtime', { timeout: 300_000 }, () => {
  it.each([
    ['float32', 10],
    ['float16', null],
  ] as const)('passes the checker and gives PyTorch’s logits from both files: %s, norm %s', async (precision, featureNorm) => {
    await unpackTo(folder, await collectFiles(onnxFormat.files(createSmallModel({ featureNorm }), precision)));
    const { stdout, stderr, status } = runPython(['-c', compare], folder);
    expect([status, stderr]).toEqual([0, '']);
    const [difference = NaN, sum = NaN] = stdout.split(' ').map(Number);
    console.log(`ONNX Runtime, ${precision}: logits differ from PyTorch's by ${difference.toExponential(1)} of their rms`);
    // From the same weights, float16 ones too.
    expect(difference).toBeLessThan(1e-5);
    expect(sum).toBeLessThan(1e-6);
  });

  it('keeps a black picture’s all-zero features zero: the logits are the biases', async () => {
    const dark = createSmallModel();
    const tensors = dark.tensors.map((tensor) =>
      tensor.name.startsWith('features.28') ? { ...tensor, values: new Float32Array(tensor.values.length) } : tensor,
    );
    const certified = { ...dark, tensors, certificate: nineOf([0.25, -1]) };
    await unpackTo(folder, await collectFiles(onnxFormat.files(certified, 'float32')));
    const script = 'from session import *; print(predict(open_model("."), [np.zeros((224, 224, 3), np.uint8)])[0].tolist())';
    expect(runPython(['-c', script], folder)).toMatchObject({ status: 0, stdout: '[[0.25, -1.0]]\n' });
    const checked = runPython(['check.py'], folder);
    expect([checked.status, checked.stderr]).toEqual([0, '']);
    expect(checked.stdout.split('\n').filter((line) => line.includes('differ by 0.0e+00 of their rms'))).toHaveLength(9);
  });

  it('fails loudly where the answers are others, and predicts beside files that are no pictures', async () => {
    await unpackTo(folder, await collectFiles(onnxFormat.files(model, 'float32')));
    expect(runPython(['check.py'], folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('FAILED') as string });
    await appendFile(join(folder, 'broken.png'), 'no picture');
    const predicted = runPython(['predict.py', 'certificate', 'broken.png', '--csv', 'answers.csv'], folder);
    expect([predicted.status, predicted.stderr]).toEqual([1, expect.stringContaining('broken.png: cannot be read as a picture')]);
    expect(predicted.stdout).toContain(join('certificate', '01.png: cat'));
  });
});
