import { readFileSync } from 'node:fs';
import { KernelBed } from './testing/kernel-bed';
import { describeKernels } from './testing/kernel-suite';
import { describeTrainingKernels } from './testing/training-suite';

// Node 20 has no relaxed SIMD without a flag: those two builds are tested in the browser.
for (const [name, shared] of [
  ['alone', false],
  ['shared', true],
] as const) {
  const open = () =>
    KernelBed.create(new WebAssembly.Module(readFileSync(new URL(`generated/${name}.wasm`, import.meta.url))), shared);
  describeKernels(`the build “${name}”`, open);
  describeTrainingKernels(`training in the build “${name}”`, open);
}
