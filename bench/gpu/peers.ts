import { createCompute, type Compute, type DeviceEnvironment } from '../../src/engine/device';
import { createTfjsBackbone } from '../../src/engine/tfjs-backbone';
import { openConvSources, type BackboneWeights } from '../../src/engine/weights/conv-weights';
import { createGpuBackbone } from '../../src/kernels/webgpu/gpu-backbone';
import { describePlan } from '../../src/kernels/webgpu/kernel-plan';
import { measurePlan } from '../../src/kernels/webgpu/measure-plan';
import { createPipelines } from '../../src/kernels/webgpu/pipelines';
import { measurePeak } from './peak';
import type { GpuAnswer, GpuRequest } from './protocol';

export type Task = Pick<GpuRequest, 'batches' | 'rounds'>;
export type ReadPixels = (index: number) => Uint8Array;

function pixelsOf(read: ReadPixels, batch: number): Uint8Array[] {
  return Array.from({ length: batch }, (_, index) => read(index));
}

async function startWebGpu(environment: DeviceEnvironment): Promise<{ compute: Compute; device: GPUDevice }> {
  const compute = await createCompute('webgpu', environment);
  if (compute.device === null) throw new Error(`no WebGPU: ${compute.status.reason?.message ?? ''}`);
  return { compute, device: compute.device };
}

/** Times batches in turn, so that what else the machine does falls on all. */
export async function timeRounds(
  { batches, rounds }: Task,
  run: (batch: number) => Promise<readonly Float32Array[]>,
): Promise<GpuAnswer['runs']> {
  const runs = batches.map((batch) => ({ batch, seconds: [] as number[], features: [] as readonly Float32Array[] }));
  for (let round = 0; round < rounds; round++) {
    for (const entry of runs) {
      const started = performance.now();
      entry.features = await run(entry.batch);
      entry.seconds.push((performance.now() - started) / 1000 / entry.batch);
    }
  }
  return runs;
}

/** Ours: cold with the default plan, then with the plan that is measured here. */
export async function askHeadstart(
  weights: BackboneWeights,
  environment: DeviceEnvironment,
  task: Task,
  read: ReadPixels,
): Promise<GpuAnswer> {
  const started = performance.now();
  const { compute, device } = await startWebGpu(environment);
  const orFailure = <T>(promise: Promise<T>) => compute.orFailure(promise);
  const shared = {
    device,
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    software: compute.status.softwareAdapter,
    orFailure,
  };
  const cold = await createGpuBackbone(shared);
  await cold.extractFeatures(read(0));
  const coldSeconds = (performance.now() - started) / 1000;
  cold.dispose();

  const subgroups = device.features.has('subgroups');
  const pipelines = createPipelines(device, { subgroups }, orFailure);
  const batch = Math.max(...task.batches);
  const measured = await measurePlan({ ...shared, pipelines, subgroups, batch });
  const backbone = await createGpuBackbone({ ...shared, pipelines, plan: measured.plan });
  await backbone.extractBatch(pixelsOf(read, backbone.batch)); // warms up
  const runs = await timeRounds(task, (pictures) => backbone.extractBatch(pixelsOf(read, pictures)));
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const notes = [
    `Cold start with the default plan, ${cold.computePlan}.`,
    `Measured in ${(measured.spentMs / 1000).toFixed(2)} s${measured.complete ? '' : ', not to its end'}: ${describePlan(backbone.plan)}, batch ${backbone.batch}; memory ${mib(backbone.memory.total)} (filters ${mib(backbone.memory.filters)}, V and M ${mib(backbone.memory.scratch)}, activations ${mib(backbone.memory.activations)}); longest submission ${backbone.longestPiece().toFixed(0)} ms.`,
  ];
  backbone.dispose();
  const peak = await measurePeak(device);
  const adapter = compute.status.adapter ?? '';
  compute.dispose();
  return { adapter, notes, coldSeconds, runs, peak };
}

/** Stock kernels, one picture: the cold one, then one more. */
export async function askTfjs(weights: BackboneWeights, environment: DeviceEnvironment, read: ReadPixels): Promise<GpuAnswer> {
  const started = performance.now();
  const { compute, device } = await startWebGpu(environment);
  const backbone = createTfjsBackbone(weights, compute);
  await backbone.extractFeatures(read(0));
  const coldSeconds = (performance.now() - started) / 1000;
  const runs = await timeRounds({ batches: [1], rounds: 1 }, async () => [await backbone.extractFeatures(read(0))]);
  backbone.dispose();
  const peak = await measurePeak(device);
  const adapter = compute.status.adapter ?? '';
  compute.dispose();
  return { adapter, notes: [], coldSeconds, runs, peak };
}
