import { defaultBatch } from '../../src/kernels/wasm/memory-plan';
import { measureCpuBackbone } from '../cpu/measure';
import { measureGpuBackbone } from '../gpu/measure';
import { gpuPeers } from '../gpu/protocol';
import type { Suite } from '../suite';

export const featuresSuite: Suite = {
  name: 'features',
  about:
    'seconds a picture of the backbone beside its peers (--device cpu|webgpu, --threads N,N, --rounds N, --pictures N, --peers NAME,NAME|none, --dawn DIR, --python PATH)',
  quick: true,
  run: async ({ device, threads, rounds, pictures, peers, dawn, python }) => {
    if (device === 'cpu') {
      const all = ['headstart', 'onnxruntime-web-wasm', 'tfjs-wasm'] as const;
      return {
        ...(await measureCpuBackbone({ threads, batches: [1, defaultBatch], rounds, python, peers: all })),
        adapter: null,
      };
    }
    const wanted = gpuPeers.filter((name) => name === 'headstart' || peers === null || peers.includes(name));
    const batches = [...new Set([1, pictures])];
    return measureGpuBackbone({ peers: wanted, batches, rounds, dawn });
  },
};
