import { describe, expect, it } from 'vitest';
import type { ModelExportProgress, ModelExportRequest } from '../domain/model-export';
import { inputValues } from '../domain/vgg16';
import { createSmallModel } from '../export/testing/small-model';
import type { CertifiedModel, ComputeApi } from '../protocol/compute-api';
import { ModelExporter } from './model-exporter';

const model = createSmallModel();
const request: ModelExportRequest = { format: 'pytorch', precision: 'float16', projectName: 'Pets', ownSamples: [] };
const never = new AbortController().signal;

/** A compute worker that says the same of every picture, and counts how often it is asked. */
function createCompute(runId = () => model.run.id) {
  const asked: number[] = [];
  const run = () => ({ ...model.run, id: runId() });
  const certify: ComputeApi['certify'] = (pictures, onPicture): Promise<CertifiedModel> => {
    asked.push(pictures.length);
    expect(pictures.every(({ length }) => length === inputValues)).toBe(true);
    onPicture(pictures.length);
    const prediction = { classIndex: 0, className: 'cat', logits: [3, -4], probabilities: [0.99, 0.01], milliseconds: 5 };
    const certified = pictures.map(() => ({ prediction, shownLogits: [3.003, -4] }));
    return Promise.resolve({ run: run(), device: 'cpu', computePlan: 'test', pictures: certified });
  };
  const { tensors, scaling, backbone, fingerprint } = model;
  const exportModel = () => Promise.resolve({ tensors, scaling, backbone, fingerprint, run: run() });
  return { asked, compute: { certify, exportModel } as unknown as ComputeApi };
}

/** A file as the browser has it: in place only once it is closed. */
function createTarget(fault: DOMException | null = null) {
  const written = { bytes: 0, whole: false };
  const createWritable = () =>
    Promise.resolve(
      new WritableStream<Uint8Array>({
        write: (piece) => {
          if (fault !== null && written.bytes > 1e6) throw fault;
          written.bytes += piece.length;
        },
        close: () => {
          written.whole = true;
        },
      }),
    );
  return { written, target: { createWritable } as unknown as FileSystemFileHandle };
}

const noPixels = () => Promise.reject(new Error('not part of this test'));

describe('the exporter of models', () => {
  it('offers what there is with eight drawings of ours as its certificate, asked for once a head', async () => {
    const { compute, asked } = createCompute();
    const exporter = new ModelExporter({ compute, pixels: noPixels });
    const told: ModelExportProgress[] = [];
    const { certificate, formats } = await exporter.offer((progress) => told.push(progress), never);
    expect(certificate).toMatchObject({ runId: model.run.id, rms: Math.sqrt(12.5), milliseconds: 5, device: 'cpu' });
    expect(certificate.shownDifference).toBeCloseTo(0.003 / Math.sqrt(12.5), 9);
    expect(new Set(certificate.pictures.map(({ name }) => name)).size).toBe(8);
    expect(told.at(0)).toEqual({ stage: 'certificate', done: 0, total: 8 });
    expect(told.at(-1)).toEqual({ stage: 'certificate', done: 8, total: 8 });
    const [pytorch] = formats;
    expect(pytorch).toMatchObject({ id: 'pytorch', ending: '.zip', expected: { where: 'PyTorch on this processor' } });
    expect(pytorch?.precisions.map(({ precision }) => precision)).toEqual(['float32', 'float16']);
    await exporter.offer(() => undefined, never);
    expect(asked).toEqual([8]);
    exporter.forget();
    await exporter.offer(() => undefined, never);
    expect(asked).toEqual([8, 8]);
  });

  it('writes the whole model, with a person’s own pictures only where they were chosen', async () => {
    const { compute, asked } = createCompute();
    const given: string[] = [];
    const exporter = new ModelExporter({
      compute,
      pixels: (id, fit) => {
        given.push(`${id} ${fit}`);
        return Promise.resolve(new Uint8Array(inputValues));
      },
    });
    const { target, written } = createTarget();
    const told: ModelExportProgress[] = [];
    const report = await exporter.write(request, target, (progress) => told.push(progress), never);
    expect(report).toMatchObject({ format: 'pytorch', precision: 'float16', files: 20 });
    expect(written.whole).toBe(true);
    expect(written.bytes).toBeGreaterThan(report.bytes);
    expect(report.bytes).toBeGreaterThan(29e6);
    const writing = told.filter(({ stage }) => stage === 'writing');
    writing.forEach(({ done, total }, at) => {
      expect(total).toBe(writing[0]?.total);
      expect(done).toBeGreaterThanOrEqual(writing[at - 1]?.done ?? 0);
    });
    expect(writing.at(-1)?.done).toBe(writing.at(-1)?.total);
    expect([asked, given]).toEqual([[8], []]);
    const own = { ...request, ownSamples: [{ id: 'a', name: 'a.jpg' }] };
    expect(await exporter.write(own, createTarget().target, () => undefined, never)).toMatchObject({ files: 21 });
    expect([asked, given]).toEqual([[8, 9], ['a crop']]);
  });

  it.each([
    ['storage-full', new DOMException('no room', 'QuotaExceededError')],
    ['export-failed', new DOMException('unplugged', 'NotReadableError')],
  ])('says %s where the file cannot be written, which then is not in place', async (code, fault) => {
    const { target, written } = createTarget(fault);
    const exporter = new ModelExporter({ compute: createCompute().compute, pixels: noPixels });
    await expect(exporter.write(request, target, () => undefined, never)).rejects.toMatchObject({ code });
    expect(written.whole).toBe(false);
  });

  it('stops midway when it is cancelled, and leaves nothing', async () => {
    const { target, written } = createTarget();
    const stop = new AbortController();
    const exporter = new ModelExporter({ compute: createCompute().compute, pixels: noPixels });
    const writing = exporter.write(
      request,
      target,
      ({ stage }) => {
        if (stage === 'writing') stop.abort();
      },
      stop.signal,
    );
    await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
    expect(written.whole).toBe(false);
  });

  it('refuses a format that there is not, and a head that came in between', async () => {
    const exporter = new ModelExporter({ compute: createCompute().compute, pixels: noPixels });
    const unknown = { ...request, format: 'caffe' } as unknown as ModelExportRequest;
    await expect(exporter.write(unknown, createTarget().target, () => undefined, never)).rejects.toMatchObject({
      code: 'export-format-unknown',
      remedy: expect.stringContaining('pytorch (float32, float16)') as string,
    });
    let runs = 0;
    const { compute } = createCompute(() => `run ${String((runs += 1))}`);
    const late = new ModelExporter({ compute, pixels: noPixels });
    await expect(late.write(request, createTarget().target, () => undefined, never)).rejects.toMatchObject({ code: 'busy' });
  });
});
