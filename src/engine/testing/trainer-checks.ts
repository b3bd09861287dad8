import type { BackboneTrainer } from '../../kernels/backbone-trainer';
import { createPlainHead } from './plain-head';

/** Of every test but those that say otherwise. */
export const settings = { learningRate: 1e-3, weightDecay: 1e-2, momentum: 0.9, gradientScale: 1 };
/** Of the three drawings. */
export const labels = [0, 1, 1];

/** Gradients of one batch of the drawings, passed in parts. */
export async function learn(
  trainer: BackboneTrainer,
  parts: readonly (readonly (Float32Array | Uint8Array)[])[],
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const head = createPlainHead(2, 5, 0.02);
  const all = parts.reduce((sum, part) => sum + part.length, 0);
  trainer.zeroGradients();
  let loss = 0;
  let from = 0;
  for (const part of parts) {
    const answer = head.learn(await trainer.forward(part), labels.slice(from, from + part.length));
    from += part.length;
    loss += (answer.loss * part.length) / all;
    await trainer.backward(answer.featureGradients.map((slope) => (slope * part.length) / all));
  }
  const gradients = new Map<string, Float32Array>();
  for (const { name } of trainer.tensors) gradients.set(name, await trainer.readGradient(name));
  return { loss, gradients };
}

export async function readWeights(trainer: BackboneTrainer): Promise<Map<string, Float32Array>> {
  const all = new Map<string, Float32Array>();
  for (const { name } of trainer.tensors) all.set(name, await trainer.readTensor(name));
  return all;
}

/** The largest difference of any tensor over its rms; NaN where any value is. */
export function largestOff(own: ReadonlyMap<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>): number {
  let worst = 0;
  for (const [name, values] of expected) {
    const others = own.get(name) ?? new Float32Array();
    const rms = norm(values) / Math.sqrt(values.length);
    const off = values.reduce((most, value, at) => {
      const difference = Math.abs(value - (others[at] ?? NaN)) / rms;
      return difference > most || Number.isNaN(difference) ? difference : most;
    }, 0);
    if (off > worst || Number.isNaN(off)) worst = off;
  }
  return worst;
}

export function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** Bit for bit; Vitest's own comparison takes seconds for millions of values. */
export function areSame(own: ReadonlyMap<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>): boolean {
  if (own.size !== expected.size) return false;
  for (const [name, values] of expected) {
    const others = own.get(name);
    if (others?.length !== values.length) return false;
    for (let at = 0; at < values.length; at++) if (!Object.is(values[at], others[at])) return false;
  }
  return true;
}

export function asMap(values: Float32Array): Map<string, Float32Array> {
  return new Map([['values', values]]);
}

/** The moments under names of their own. */
export async function readMoments(trainer: BackboneTrainer): Promise<Map<string, Float32Array>> {
  const { updates, moments } = await trainer.saveOptimizer();
  return new Map(moments.flatMap((own, at) => own.map((values, index) => [`${updates} ${at} ${index}`, values] as const)));
}
