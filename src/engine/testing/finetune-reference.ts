import { expect } from 'vitest';
import type { BackboneTrainer } from '../../kernels/backbone-trainer';
import { dropAlpha } from './features-reference';
import { createPlainHead } from './plain-head';
import { norm } from './trainer-checks';

interface GivenGradient {
  readonly l2: number;
  readonly first16: readonly number[];
  readonly last16: readonly number[];
}

/** Another answer to judge gradients by, with the bound on its given values, of the tensor's rms. */
export interface SecondJudge {
  readonly grads: Readonly<Record<string, GivenGradient>>;
  readonly boundOf: (tensor: string) => number;
}

/** As in reference/finetune.json. */
export interface Finetune {
  readonly inputs: readonly string[];
  readonly labels: readonly number[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly loss: number;
        readonly grads: Readonly<Record<string, GivenGradient>>;
        readonly 'sgd(lr=1e-4, momentum=0.9) losses': readonly number[];
      }
    >
  >;
}

/** What PyTorch gave, and the photos as 224 x 224 RGB. */
export async function loadFinetune(sharedDirectory: string): Promise<{ reference: Finetune; photos: Uint8Array[] }> {
  const at = (name: string) => `/@fs${sharedDirectory}/reference/${name}`;
  const reference = (await (await fetch(at('finetune.json'))).json()) as Finetune;
  const photos = await Promise.all(
    reference.inputs.map(async (name) => {
      const bitmap = await createImageBitmap(await (await fetch(at(name))).blob());
      const context = new OffscreenCanvas(224, 224).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      return dropAlpha(context?.getImageData(0, 0, 224, 224).data ?? []);
    }),
  );
  return { reference, photos };
}

/** How far off the given values are, of the tensor's rms. */
function valuesOff(own: Float32Array, { l2, first16, last16 }: GivenGradient): number {
  const values = [...own.slice(0, first16.length), ...own.slice(-last16.length)];
  const given = [...first16, ...last16];
  return Math.max(...values.map((value, at) => Math.abs(value - (given[at] ?? NaN)))) / (l2 / Math.sqrt(own.length));
}

/**
 * Loss within 1e-4, each gradient's l2 within 1e-3 and its given values within `valueBound` of the tensor's rms, the losses of up to four steps of SGD
 * within 1e-3 of PyTorch's. The photos must fit one pass. Resolves with how far off they were, in words.
 */
export async function expectAsPyTorch(
  trainer: BackboneTrainer,
  inputs: readonly (Float32Array | Uint8Array)[],
  reference: Finetune,
  name: string,
  steps = 4,
  valueBound = 1e-3,
  second: SecondJudge | null = null,
): Promise<string> {
  const expected = reference.cases[name];
  if (expected === undefined) throw new Error(`no case ${name}`);
  const head = createPlainHead(2, 5, 0.02);
  const step = async () => {
    trainer.zeroGradients();
    const answer = head.learn(await trainer.forward(inputs), reference.labels);
    await trainer.backward(answer.featureGradients);
    return answer;
  };
  const { loss, gradient } = await step();
  expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-4);
  const worst = { l2: 0, values: 0, second: 0 };
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
    const off = Math.abs(l2 - wanted.l2) / wanted.l2;
    const largest = valuesOff(own, wanted);
    expect(off, `${tensor} l2`).toBeLessThan(1e-3);
    expect(largest, tensor).toBeLessThan(valueBound);
    const other = second?.grads[tensor];
    if (second !== null && other !== undefined) {
      expect(valuesOff(own, other), `${tensor} in float64`).toBeLessThan(second.boundOf(tensor));
      worst.second = Math.max(worst.second, valuesOff(own, other));
    }
    worst.l2 = Math.max(worst.l2, off);
    worst.values = Math.max(worst.values, largest);
  }
  expect(Math.abs((await trainer.gradientSquares()) / squares - 1)).toBeLessThan(1e-5);
  // The gradient above is that of the first of SGD's steps.
  const losses = [loss];
  const settings = { learningRate: 1e-4, weightDecay: 0, momentum: 0.9, gradientScale: 1 };
  for (let latest = gradient; losses.length < steps;) {
    expect(await trainer.update(settings)).toBe(true);
    head.update(latest, settings);
    const answer = await step();
    losses.push(answer.loss);
    latest = answer.gradient;
  }
  const wantedLosses = expected['sgd(lr=1e-4, momentum=0.9) losses'];
  const offLosses = losses.map((own, index) => Math.abs(own - (wantedLosses[index] ?? NaN)));
  for (const off of offLosses) expect(off).toBeLessThan(1e-3);
  return `${name}: loss off by ${Math.abs(loss - expected.loss).toExponential(1)}, l2 of gradients by ${worst.l2.toExponential(1)}, values by ${worst.values.toExponential(1)} of rms${second === null ? '' : ` and by ${worst.second.toExponential(1)} in float64`}, losses of SGD by ${offLosses.map((off) => off.toExponential(1)).join(', ')}; memory ${(trainer.plan.bytes / 2 ** 20).toFixed(0)} MiB`;
}
