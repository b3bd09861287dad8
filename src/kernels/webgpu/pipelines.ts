import { directProgram } from './programs/direct-program';
import { packFiltersProgram, transformFiltersProgram } from './programs/filter-programs';
import { inputProgram } from './programs/input-program';
import { multiplyKinds, multiplyProgram, type MultiplyKind } from './programs/multiply-programs';
import { outputProgram } from './programs/output-program';
import { pixelsProgram } from './programs/pixels-program';
import { poolProgram } from './programs/pool-program';
import { sizesBytes } from './programs/sizes';
import { computeStage } from './flags';

export type ProgramName =
  'pixels' | 'pack-filters' | 'transform-filters' | 'input' | 'output' | 'output-pool' | 'direct' | 'pool' | MultiplyKind;

export interface ProgramOptions {
  /** Whether the direct program may use them; the products say so by their name. */
  readonly subgroups: boolean;
}

function isMultiply(name: ProgramName): name is MultiplyKind {
  return multiplyKinds.some((kind) => kind === name);
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
  }
}

/** Progress of compiling: `done` never falls, `total` never changes. */
export interface CompileProgress {
  readonly done: number;
  readonly total: number;
}

/** Compiled programs of one device, all with the same three buffers and one block of sizes. */
export interface Pipelines {
  readonly layout: GPUBindGroupLayout;
  get(name: ProgramName): GPUComputePipeline;
  /** Compiles what is not there yet, all at once. */
  compile(names: readonly ProgramName[], onProgress?: (progress: CompileProgress) => void): Promise<void>;
}

export function createPipelines(
  device: GPUDevice,
  options: ProgramOptions,
  orFailure: <T>(promise: Promise<T>) => Promise<T>,
): Pipelines {
  const layout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: computeStage, buffer: { type: 'read-only-storage' } },
      { binding: 1, visibility: computeStage, buffer: { type: 'read-only-storage' } },
      { binding: 2, visibility: computeStage, buffer: { type: 'storage' } },
      { binding: 3, visibility: computeStage, buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: sizesBytes } },
    ],
  });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const ready = new Map<ProgramName, GPUComputePipeline>();
  return {
    layout,
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
              layout: pipelineLayout,
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
