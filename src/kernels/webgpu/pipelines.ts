import { directProgram } from './programs/direct-program';
import {
  filterGradientProgram,
  packFiltersProgram,
  packMastersProgram,
  transformFiltersProgram,
  transformMastersProgram,
} from './programs/filter-programs';
import { inputProgram, rowsProgram } from './programs/input-program';
import { multiplyKinds, multiplyProgram, type MultiplyKind } from './programs/multiply-programs';
import { maskedOutputProgram, outputProgram } from './programs/output-program';
import { pixelsProgram } from './programs/pixels-program';
import { picksProgram, poolProgram, unpoolProgram } from './programs/pool-program';
import { sizesBytes } from './programs/sizes';
import { biasGradientProgram, gateProgram, squaresProgram } from './programs/sum-programs';
import { adamProgram, sgdProgram } from './programs/update-programs';
import { computeStage } from './flags';

/** They write three buffers and read two; all others write one. */
const updates = ['sgd', 'adam'] as const;
type UpdateName = (typeof updates)[number];

export type ProgramName =
  | 'pixels'
  | 'pack-filters'
  | 'transform-filters'
  | 'input'
  | 'output'
  | 'output-pool'
  | 'direct'
  | 'pool'
  | MultiplyKind
  | 'pack-masters'
  | 'transform-masters'
  | 'input-rows'
  | 'gradient-rows'
  | 'filter-gradient'
  | 'output-masked'
  | 'picks'
  | 'unpool'
  | 'bias-gradient'
  | 'squares'
  | 'gate'
  | UpdateName;

export interface ProgramOptions {
  /** Whether the direct program may use them; the products say so by their name. */
  readonly subgroups: boolean;
}

function isMultiply(name: ProgramName): name is MultiplyKind {
  return multiplyKinds.some((kind) => kind === name);
}

function isUpdate(name: ProgramName): name is UpdateName {
  return updates.some((kind) => kind === name);
}

export function programCode(name: ProgramName, { subgroups }: ProgramOptions): string {
  if (isMultiply(name)) return multiplyProgram(name);
  switch (name) {
    case 'pixels':
      return pixelsProgram;
    case 'pack-filters':
      return packFiltersProgram;
    case 'transform-filters':
      return transformFiltersProgram;
    case 'input':
      return inputProgram;
    case 'output':
      return outputProgram(false);
    case 'output-pool':
      return outputProgram(true);
    case 'direct':
      return directProgram(subgroups);
    case 'pool':
      return poolProgram;
    case 'pack-masters':
      return packMastersProgram;
    case 'transform-masters':
      return transformMastersProgram;
    case 'input-rows':
      return rowsProgram('input');
    case 'gradient-rows':
      return rowsProgram('gradient');
    case 'filter-gradient':
      return filterGradientProgram;
    case 'output-masked':
      return maskedOutputProgram;
    case 'picks':
      return picksProgram;
    case 'unpool':
      return unpoolProgram;
    case 'bias-gradient':
      return biasGradientProgram;
    case 'squares':
      return squaresProgram;
    case 'gate':
      return gateProgram;
    case 'sgd':
      return sgdProgram;
    case 'adam':
      return adamProgram;
  }
}

/** Progress of compiling: `done` never falls, `total` never changes. */
export interface CompileProgress {
  readonly done: number;
  readonly total: number;
}

/** Compiled programs of one device, all with the same three buffers and one block of sizes; an optimizer's with two buffers more. */
export interface Pipelines {
  layoutOf(name: ProgramName): GPUBindGroupLayout;
  get(name: ProgramName): GPUComputePipeline;
  /** Compiles what is not there yet, all at once. */
  compile(names: readonly ProgramName[], onProgress?: (progress: CompileProgress) => void): Promise<void>;
}

export function createPipelines(
  device: GPUDevice,
  options: ProgramOptions,
  orFailure: <T>(promise: Promise<T>) => Promise<T>,
): Pipelines {
  const storage = (binding: number, type: GPUBufferBindingType) => ({ binding, visibility: computeStage, buffer: { type } });
  const entries = [
    storage(0, 'read-only-storage'),
    storage(1, 'read-only-storage'),
    storage(2, 'storage'),
    {
      binding: 3,
      visibility: computeStage,
      buffer: { type: 'uniform' as const, hasDynamicOffset: true, minBindingSize: sizesBytes },
    },
  ];
  const layout = device.createBindGroupLayout({ entries });
  const updateLayout = device.createBindGroupLayout({ entries: [...entries, storage(4, 'storage'), storage(5, 'storage')] });
  const layoutOf = (name: ProgramName) => (isUpdate(name) ? updateLayout : layout);
  const ready = new Map<ProgramName, GPUComputePipeline>();
  return {
    layoutOf,
    get: (name) => {
      const pipeline = ready.get(name);
      if (pipeline === undefined) throw new Error(`${name} is not compiled`);
      return pipeline;
    },
    compile: async (names, onProgress) => {
      const missing = [...new Set(names)].filter((name) => !ready.has(name));
      let done = 0;
      onProgress?.({ done, total: missing.length });
      await orFailure(
        Promise.all(
          missing.map(async (name) => {
            const pipeline = await device.createComputePipelineAsync({
              label: `headstart ${name}`,
              layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOf(name)] }),
              compute: {
                module: device.createShaderModule({ label: name, code: programCode(name, options) }),
                entryPoint: 'main',
              },
            });
            ready.set(name, pipeline);
            done += 1;
            onProgress?.({ done, total: missing.length });
          }),
        ),
      );
    },
  };
}
