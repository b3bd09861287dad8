import { beforeAll, describe, expect, inject, it } from 'vitest';
import { browserEnvironment, createCpuBackbone } from '../kernels/wasm/cpu-backbone';
import { createCpuTrainer, type CpuTrainer, type CpuTrainerOptions } from '../kernels/wasm/cpu-trainer';
import { dropAlpha } from './testing/features-reference';
import { createPlainHead } from './testing/plain-head';
import { openConvSources, type BackboneWeights } from './weights/conv-weights';
import { WeightsLoader } from './weights/weights-loader';

const spawn = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });

let weights: BackboneWeights;

function open(change: Partial<CpuTrainerOptions> = {}, isolated = true): Promise<CpuTrainer> {
  return createCpuTrainer({
    environment: { ...browserEnvironment(spawn), isolated },
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    unfrozen: 3,
    batch: 4,
    optimizer: 'sgd',
    ...change,
  });
}

async function extractBoundary(pixels: readonly Uint8Array[], steps: number): Promise<Float32Array[]> {
  const backbone = await createCpuBackbone({
    environment: browserEnvironment(spawn),
    readSource: openConvSources(weights),
    scaling: weights.scaling,
  });
  try {
    return await backbone.extractBoundary(pixels, steps);
  } finally {
    backbone.dispose();
  }
}

beforeAll(async () => {
  ({ weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, new AbortController().signal));
});

const sharedDirectory = inject('sharedDirectory');

/** As in reference/finetune.json. */
interface Finetune {
  readonly inputs: readonly string[];
  readonly labels: readonly number[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly loss: number;
        readonly grads: Readonly<Record<string, { l2: number; sum: number; first16: number[]; last16: number[] }>>;
        readonly 'sgd(lr=1e-4, momentum=0.9) losses': readonly number[];
      }
    >
  >;
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

if (sharedDirectory !== null) {
  describe('fine-tuning as PyTorch does it', () => {
    const at = (name: string) => `/@fs${sharedDirectory}/reference/${name}`;
    let reference: Finetune;
    let photos: Uint8Array[];
    beforeAll(async () => {
      reference = (await (await fetch(at('finetune.json'))).json()) as Finetune;
      photos = await Promise.all(
        reference.inputs.map(async (name) => {
          const bitmap = await createImageBitmap(await (await fetch(at(name))).blob());
          const context = new OffscreenCanvas(224, 224).getContext('2d');
          context?.drawImage(bitmap, 0, 0);
          return dropAlpha(context?.getImageData(0, 0, 224, 224).data ?? []);
        }),
      );
    });

    for (const { name, unfrozen } of [
      { name: 'block5', unfrozen: 3 },
      { name: 'all', unfrozen: 13 },
    ]) {
      it(`${name}: loss, every gradient and four SGD steps`, async () => {
        const expected = reference.cases[name];
        if (expected === undefined) throw new Error(`no case ${name}`);
        const inputs = unfrozen === 13 ? photos : await extractBoundary(photos, 13 - unfrozen);
        const trainer = await open({ unfrozen });
        const head = createPlainHead(2, 5, 0.02);
        const step = async () => {
          trainer.zeroGradients();
          const answer = head.learn(await trainer.forward(inputs), reference.labels);
          await trainer.backward(answer.featureGradients);
          return answer;
        };
        const { loss, gradient } = await step();
        expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-4);
        const worst = { l2: 0, values: 0 };
        const gradients = new Map([
          ['classifier.weight', gradient.weight],
          ['classifier.bias', gradient.bias],
        ]);
        for (const tensor of trainer.tensors) gradients.set(tensor.name, await trainer.readGradient(tensor.name));
        expect([...gradients.keys()].sort()).toEqual(Object.keys(expected.grads).sort());
        let squares = 0;
        for (const [tensor, own] of gradients) {
          const wanted = expected.grads[tensor];
          if (wanted === undefined) throw new Error(`no gradient of ${tensor}`);
          const l2 = norm(own);
          if (tensor.startsWith('features')) squares += l2 ** 2;
          const rms = wanted.l2 / Math.sqrt(own.length);
          const off = Math.abs(l2 - wanted.l2) / wanted.l2;
          const values = [...own.slice(0, wanted.first16.length), ...own.slice(-wanted.last16.length)];
          const given = [...wanted.first16, ...wanted.last16];
          const largest = Math.max(...values.map((value, index) => Math.abs(value - (given[index] ?? NaN)))) / rms;
          expect(off, `${tensor} l2`).toBeLessThan(1e-3);
          expect(largest, tensor).toBeLessThan(1e-3);
          worst.l2 = Math.max(worst.l2, off);
          worst.values = Math.max(worst.values, largest);
        }
        expect(Math.abs((await trainer.gradientSquares()) / squares - 1)).toBeLessThan(1e-5);
        const losses: number[] = [];
        const settings = { learningRate: 1e-4, weightDecay: 0, momentum: 0.9, gradientScale: 1 };
        for (let turn = 0; turn < 4; turn++) {
          const answer = await step();
          losses.push(answer.loss);
          expect(await trainer.update(settings)).toBe(true);
          head.update(answer.gradient, settings);
        }
        const wantedLosses = expected['sgd(lr=1e-4, momentum=0.9) losses'];
        const offLosses = losses.map((own, index) => Math.abs(own - (wantedLosses[index] ?? NaN)));
        console.info(
          `${name}: loss off by ${Math.abs(loss - expected.loss).toExponential(1)}, l2 of gradients by ${worst.l2.toExponential(1)}, values by ${worst.values.toExponential(1)} of rms, losses of SGD by ${offLosses.map((off) => off.toExponential(1)).join(', ')}; memory ${(trainer.plan.bytes / 2 ** 20).toFixed(0)} MiB`,
        );
        for (const off of offLosses) expect(off).toBeLessThan(1e-3);
        trainer.dispose();
      });
    }
  });
} else console.info('left out: fine-tuning beside PyTorch, ../shared is not here');
