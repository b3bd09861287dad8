import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { convLayers, featureCount } from '../domain/vgg16';
import type { KeptHead } from '../protocol/compute-api';
import { readModelParts } from './export-model';
import { nodeEnvironment, readShippedWeights } from './testing/node-environment';
import { createPixels, createSmallRequest } from './testing/small-run';
import { createStandInEngine, neverStop, startRun } from './testing/stand-in-engine';
import { parseSafetensors, readFloat32 } from './weights/safetensors';

const request = createSmallRequest({ featureNorm: 10 });
const { pixels } = createPixels(request);

async function trainedHead(): Promise<KeptHead> {
  const { engine } = await createStandInEngine(nodeEnvironment);
  await startRun(engine, request);
  const head = await engine.exportHead();
  await engine.dispose();
  if (head === null) throw new Error('no head');
  return head;
}

describe('the model that is exported', () => {
  it('is every convolution as it lies in the files, what was trained in its place, and the classifier', async () => {
    const weights = readShippedWeights();
    const head = await trainedHead();
    const trained = new Float32Array(512).fill(0.5);
    const parts = await readModelParts({ ...head, tensors: [{ name: 'features.28.bias', values: trained }] }, weights);
    expect(parts.tensors.map(({ name }) => name)).toEqual([
      ...convLayers.flatMap(({ index }) => [`features.${String(index)}.weight`, `features.${String(index)}.bias`]),
      'classifier.weight',
      'classifier.bias',
    ]);
    const find = (name: string) => parts.tensors.find((tensor) => tensor.name === name);
    expect(find('features.28.bias')?.values).toEqual(trained);
    expect(find('classifier.weight')).toEqual({
      name: 'classifier.weight',
      shape: [2, featureCount],
      values: head.weight,
    });
    const shard = weights.index.fileOf.get('features.0.weight') ?? '';
    const stored = parseSafetensors(weights.shards.get(shard) ?? new Uint8Array(0), shard).get('features.0.weight');
    expect(find('features.0.weight')).toMatchObject({
      shape: [64, 3, 3, 3],
      values: stored === undefined ? null : readFloat32(stored),
    });
    expect(parts.scaling).toEqual(weights.scaling);
    const lines = parts.tensors.map(
      ({ name, values }) => `${name} ${createHash('sha256').update(Buffer.from(values.buffer)).digest('hex')}\n`,
    );
    expect(parts.fingerprint).toBe(createHash('sha256').update(lines.join('')).digest('hex'));
  });

  it('is not given away when a value of it is no number', async () => {
    const head = await trainedHead();
    const bias = Float32Array.from([0, NaN]);
    await expect(readModelParts({ ...head, bias }, readShippedWeights())).rejects.toMatchObject({
      code: 'model-not-finite',
      message: expect.stringContaining('classifier.bias') as string,
    });
  });

  it('is certified with nothing rounded on the way, beside what the page shows, and holds no more memory than before', async () => {
    const { engine } = await createStandInEngine(nodeEnvironment);
    await expect(engine.certify([], () => undefined, neverStop())).rejects.toMatchObject({ code: 'head-absent' });
    await expect(engine.exportModel()).rejects.toMatchObject({ code: 'head-absent' });
    await startRun(engine, request);
    const before = await engine.memory();
    const asked = await Promise.all(['val-0', 'val-1'].map((id) => pixels(id, 'crop')));
    const done: number[] = [];
    const { run, pictures } = await engine.certify(asked, (count) => done.push(count), neverStop());
    expect(run.number).toBe(1);
    expect(done).toEqual([1, 2]);
    for (const [index, { prediction, shownLogits }] of pictures.entries()) {
      const shown = await engine.predict(asked[index] ?? new Uint8Array(0), null, neverStop());
      expect(shownLogits).toEqual(shown.logits);
      prediction.logits.forEach((logit, at) => {
        expect(logit).not.toBe(shownLogits[at]);
        expect(logit).toBeCloseTo(shownLogits[at] ?? NaN, 2);
      });
    }
    expect(await engine.memory()).toEqual(before);
    const stop = new AbortController();
    const stopped = engine.certify(asked, () => stop.abort(), stop.signal);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    await engine.dispose();
  });
});
