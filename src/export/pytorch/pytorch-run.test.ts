import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDrawing, drawingClasses } from '../../ingest/sample/drawings';
import { blobSource } from '../../engine/model-files/byte-source';
import { readModelFile } from '../../engine/model-files/model-file';
import { parseSafetensors } from '../../engine/weights/safetensors';
import { collectFiles, unpackTo } from '../testing/collect-files';
import { hasPython, runPython } from '../testing/python';
import { createSmallModel, nineOf } from '../testing/small-model';
import { pytorchFormat } from './pytorch-format';

const hasTorch = hasPython('the export in real PyTorch', 'torch', 'safetensors', 'PIL', 'numpy');
/** Minutes of PyTorch: only where somebody asks for them by naming an interpreter. */
const trains = hasTorch && process.env.HEADSTART_PYTHON !== undefined;
if (hasTorch && !trains) console.log('Left out: train.py on one and two processes. HEADSTART_PYTHON=python3 runs it.');
let folder: string;

interface History {
  readonly steps: readonly { readonly trainLoss: number }[];
  readonly epochs: readonly { readonly valLoss: number }[];
}

/** `python train.py`, or as many of it as torchrun starts. */
function train(processes: number, out: string, options: readonly string[]) {
  const launcher = processes === 1 ? [] : ['-m', 'torch.distributed.run', '--nproc-per-node', String(processes), '--standalone'];
  return runPython([...launcher, 'train.py', '--data', 'pictures', '--device', 'cpu', '--out', out, ...options], folder);
}

async function readHistory(out: string): Promise<number[]> {
  const { steps, epochs } = JSON.parse(await readFile(join(folder, out, 'history.json'), 'utf8')) as History;
  return [...steps.map(({ trainLoss }) => trainLoss), ...epochs.map(({ valLoss }) => valLoss)];
}

async function readRun(out: string): Promise<Readonly<Record<string, unknown>>> {
  const { run } = JSON.parse(await readFile(join(folder, out, 'config.json'), 'utf8')) as {
    readonly run: Record<string, unknown>;
  };
  return run;
}

describe.runIf(hasTorch)('the export in PyTorch itself', { timeout: 900_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headstart-torch-'));
    const { run } = createSmallModel();
    const classNames = ['cat', 'dog'];
    const model = createSmallModel({ classNames, run: { ...run, classNames }, certificate: nineOf([1, 2]) });
    await unpackTo(folder, await collectFiles(pytorchFormat.files(model, 'float32')));
    for (const kind of drawingClasses) {
      await mkdir(join(folder, 'pictures', kind), { recursive: true });
      for (let index = 0; index < 5; index += 1) {
        const { width, height, data } = createDrawing(kind, index, 64);
        const png = new PNG({ width, height });
        png.data = Buffer.from(data);
        await writeFile(join(folder, 'pictures', kind, `${String(index)}.png`), PNG.sync.write(png, { colorType: 2 }));
      }
    }
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('fails loudly where the answers are others, and predicts a folder to a table', async () => {
    const checked = runPython(['check.py'], folder);
    expect([checked.status, checked.stderr]).toEqual([1, expect.stringContaining('FAILED')]);
    expect(checked.stdout.match(/^\d\d\.png /gm)).toHaveLength(9);
    const predicted = runPython(['predict.py', 'pictures', 'check.py', '--csv', 'answers.csv'], folder);
    expect([predicted.status, predicted.stderr]).toEqual([1, expect.stringContaining('check.py: cannot be read as a picture')]);
    const rows = (await readFile(join(folder, 'answers.csv'), 'utf8')).trim().split('\r\n');
    expect(rows).toHaveLength(11);
    expect(rows[0]).toBe('file,class,class_index,probability cat,probability dog,logit cat,logit dog');
  });

  it('loads strictly into the note’s module, which answers the same but for the norm', () => {
    const script = `
import torch
from torch import nn
from safetensors.torch import load_file
from model import *
from picture import load_picture
config, model = load_config("."), load_model(".")
class Vgg(nn.Module):  # torchvision's, in the parts that tensors go to
    def __init__(self):
        super().__init__()
        self.features, self.avgpool, self.classifier = make_features(), nn.AdaptiveAvgPool2d((7, 7)), nn.Linear(25088, 2)
    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))
vgg = Vgg()
vgg.load_state_dict(load_file("model.safetensors"), strict=True)
x = to_tensor([load_picture("pictures/cat/0.png", config)], config)
with torch.inference_mode():
    features = model.features(x).flatten(1)
    print((model.classifier(features * 10 / features.norm()) - model(x)).abs().max().item() < 1e-5)
    print((vgg(x) - model(x)).abs().max().item() > 1e-3)
    model.norm = None
    print((vgg(x) - model(x)).abs().max().item() < 1e-5)
    print(model.classify(torch.zeros(1, 25088)).isfinite().all().item())`;
    const { stdout, stderr } = runPython(['-c', script], folder);
    expect([stderr, stdout.trim().split('\n')]).toEqual(['', ['True', 'True', 'True', 'True']]);
  });

  it('comes back after a step in PyTorch, of head and convolutions: the head that is read gives PyTorch’s logits', async () => {
    const script = `
import json, torch
from safetensors.torch import save_file
from model import *
from picture import load_picture
config, model = load_config("."), load_model(".")
x = to_tensor([load_picture("pictures/cat/1.png", config)], config)
for parameter in model.features[:28].parameters():
    parameter.requires_grad_(False)
before = model.classifier.weight.detach().clone()
optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
torch.nn.functional.cross_entropy(model(x), torch.tensor([1])).backward()
optimizer.step()
torch.save(model.state_dict(), "stepped.pth")
config["run"]["device"] = "pytorch"
save_file(model.state_dict(), "stepped.safetensors", {"headstart": json.dumps(config)})
with torch.inference_mode():
    features = model.features(x).flatten(1)[0]
    print(json.dumps({"features": features.tolist(), "logits": model(x)[0].tolist(), "moved": (model.classifier.weight - before).abs().max().item()}))`;
    const { stdout, stderr } = runPython(['-c', script], folder);
    expect(stderr).toBe('');
    const told = JSON.parse(stdout) as { features: number[]; logits: number[]; moved: number };
    expect(told.moved).toBeGreaterThan(1e-3);
    const shipped = createSmallModel().tensors.find(({ name }) => name === 'features.28.weight')?.values;
    for (const [file, classNames, trainedBy] of [
      ['stepped.safetensors', ['cat', 'dog'], 'pytorch'],
      ['stepped.pth', null, null],
    ] as const) {
      const source = blobSource(new Blob([await readFile(join(folder, file))]), file);
      const { conv, head } = await readModelFile([source], () => undefined, new AbortController().signal);
      if (head === null) throw new Error(`${file} has no head`);
      expect([head.classNames, head.trainedBy]).toEqual([classNames, trainedBy]);
      expect(conv?.get('features.28.weight')).not.toEqual(shipped);
      // Of a bare state_dict the person's settings have the norm.
      const norm = head.featureNorm ?? 10;
      const scale = norm / Math.hypot(...told.features);
      const logits = [0, 1].map((row) =>
        told.features.reduce(
          (sum, value, at) => sum + value * scale * (head.weight[row * told.features.length + at] ?? NaN),
          head.bias[row] ?? NaN,
        ),
      );
      const rms = Math.hypot(...told.logits) / Math.SQRT2;
      expect(logits.map((value, at) => Math.abs(value - (told.logits[at] ?? NaN)) / rms < 1e-5)).toEqual([true, true]);
    }
  });

  describe.runIf(trains)('train.py', { timeout: 900_000 }, () => {
    it.each([
      ['features', ['--batch', '3', '--epochs', '2', '--optimizer', 'sgd', '--class-weights', 'balanced']],
      [
        'fine-tune',
        ['--batch', '5', '--epochs', '2', '--warmup', '1', '--unfreeze', '1', '--accumulate', '2', '--clip', '1', '--micro', '2'],
      ],
    ])('trains on two processes as on one: %s', async (way, options) => {
      const all = ['--way', way, '--lr', '0.001', ...options];
      for (const [processes, out] of [
        [1, `one-${way}`],
        [2, `two-${way}`],
      ] as const) {
        const { status, stderr, stdout } = train(processes, out, all);
        expect([status, status === 0 ? '' : stderr, stdout]).toEqual([0, '', expect.stringContaining('epoch 2 of 2')]);
      }
      const [one, two] = [await readHistory(`one-${way}`), await readHistory(`two-${way}`)];
      expect(two).toHaveLength(one.length);
      // Two that learn nothing would agree as well.
      expect(one[0]).toBeGreaterThan(0.01);
      const largest = Math.max(...one.map((loss, at) => Math.abs(loss - (two[at] ?? NaN))));
      console.log(`${way}: losses of two processes differ from those of one by ${largest.toExponential(1)}`);
      expect(largest).toBeLessThan(1e-4);
      // What the page reads back.
      const bytes = new Uint8Array(await readFile(join(folder, `two-${way}`, 'model.safetensors')));
      const names = [...parseSafetensors(bytes, 'model.safetensors').keys()].sort();
      expect(names).toEqual(
        createSmallModel()
          .tensors.map(({ name }) => name)
          .sort(),
      );
      const { run, fingerprint } = createSmallModel();
      expect(await readRun(`two-${way}`)).toMatchObject({ device: 'pytorch', continues: run.id, beganFrom: fingerprint });
    });

    it('goes on after a stop with the numbers of an undisturbed run', async () => {
      const options = ['--way', 'features', '--batch', '3', '--optimizer', 'sgd', '--class-weights', 'balanced', '--lr', '0.001'];
      expect(train(1, 'stopped', [...options, '--epochs', '1']).status).toBe(0);
      expect(train(1, 'stopped', [...options, '--epochs', '2', '--resume', 'stopped/state.pt']).status).toBe(0);
      expect(await readHistory('stopped')).toEqual(await readHistory('one-features'));
    });

    it('goes on from what the file of its weights tells, which is not always what lies beside the script', async () => {
      const options = ['--way', 'features', '--epochs', '1'];
      expect(train(1, 'first', options).status).toBe(0);
      const weights = ['--weights', 'first/model.safetensors'];
      expect(train(1, 'second', [...options, ...weights]).status).toBe(0);
      expect(await readRun('second')).toMatchObject({ continues: (await readRun('first'))['id'] });
      expect(train(1, 'new', [...options, ...weights, '--new-head']).status).toBe(0);
      expect(await readRun('new')).toMatchObject({
        continues: null,
        beganFrom: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      });
      // Two classes as well, by other names: their order would be taken for that of the first.
      const renamed = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
      await mkdir(join(folder, 'renamed'), { recursive: true });
      for (const file of ['train.py', 'model.py', 'browser.py', 'dataset.py', 'picture.py'])
        await writeFile(join(folder, 'renamed', file), await readFile(join(folder, file)));
      await writeFile(join(folder, 'renamed', 'config.json'), JSON.stringify({ ...renamed, classes: ['dog', 'cat'] }));
      const { status, stderr } = runPython(['renamed/train.py', '--data', 'pictures', ...weights], folder);
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining('has the classes cat, dog, not dog, cat: begin with --new-head'),
      ]);
    });

    const hasCuda = runPython(['-c', 'import torch, sys; sys.exit(not torch.cuda.is_available())'], tmpdir()).status === 0;
    it.runIf(!hasCuda)('takes nccl and graphics cards only where there are some, and says so in a sentence', () => {
      const { status, stderr } = runPython(['train.py', '--data', 'pictures', '--device', 'cuda'], folder);
      expect([status, stderr]).toEqual([1, expect.stringContaining('PyTorch finds 0 graphics card(s) here')]);
    });

    it.each([
      [['--data', 'strangers'], 'The model has no class “bird”'],
      [['--data', 'pictures', '--way', 'fine-tune', '--warmup', '9', '--epochs', '3'], '--warmup must be fewer epochs'],
    ])('says in a sentence why it cannot train: %j', async (options, words) => {
      await mkdir(join(folder, 'strangers', 'bird'), { recursive: true });
      await writeFile(join(folder, 'strangers', 'bird', '1.png'), 'no picture');
      const { status, stderr } = runPython(['train.py', ...options], folder);
      expect([status, stderr]).toEqual([1, expect.stringContaining(words)]);
    });
  });
});
