import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { usage } from './flags';
import { createGpuMemory } from './gpu-memory';
import { sizesSlotBytes, type Dispatch } from './pieces';
import type { Pipelines } from './pipelines';
import { sizesBytes, writeSizes } from './programs/sizes';
import { createMaker, type Maker } from './schedule';

/** Puts everything that tfjs has recorded into the queue, so that what follows comes after it. */
export function flush(backend: WebGPUBackend): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** Where a tensor's values lie, float32. */
export function bufferOf(backend: WebGPUBackend, { dataId }: tf.TensorInfo): GPUBuffer {
  backend.uploadToGPU(dataId);
  const { resource } = backend.tensorMap.get(dataId);
  if (!(resource instanceof GPUBuffer)) throw new Error('a tensor does not lie in a buffer');
  return resource;
}

/** The present backend; throws where it is another. */
export function webgpuBackend(): WebGPUBackend {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error('tfjs does not compute on WebGPU');
  return backend;
}

/** A shape `[pictures, channels, height, width]`; throws a RangeError for another. */
export function nchw({ shape }: tf.TensorInfo): readonly [number, number, number, number] {
  const [pictures, channels, height, width] = shape;
  if (shape.length !== 4 || pictures === undefined || channels === undefined || height === undefined || width === undefined)
    throw new RangeError(`expected [pictures, channels, height, width], not [${shape.join()}]`);
  return [pictures, channels, height, width];
}

/** Gives buffers that live until what is submitted is done. */
type Take = (bytes: number) => GPUBuffer;
export type SubmitKernel = (make: (take: Take, maker: Maker) => readonly Dispatch[]) => void;

/** Most dispatches of a kernel. */
const mostDispatches = 4;

/** Submits a kernel's dispatches whole, behind what tfjs has recorded. */
export function createCompute(backend: WebGPUBackend, pipelines: Pipelines): SubmitKernel {
  const { device } = backend;
  const slot = sizesSlotBytes(device.limits.minUniformBufferOffsetAlignment);
  return (make) => {
    flush(backend);
    const memory = createGpuMemory(device);
    const sizes = memory.create('sizes', mostDispatches * slot, usage.uniform | usage.copyTarget);
    const maker = createMaker(device, pipelines, sizes, sizesBytes);
    const dispatches = make((bytes) => memory.create('kernel', bytes, usage.storage | usage.copyTarget), maker);
    const words = new Uint32Array((mostDispatches * slot) / 4);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    dispatches.forEach(({ pipeline, buffers, sizes: own, groups }, at) => {
      writeSizes(words, (at * slot) / 4, own, 0);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, buffers, [at * slot]);
      pass.dispatchWorkgroups(...groups);
    });
    pass.end();
    device.queue.writeBuffer(sizes, 0, words);
    device.queue.submit([encoder.finish()]);
    memory.destroyAll(); // what was submitted keeps them until it is done
  };
}
