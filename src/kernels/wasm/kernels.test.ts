import { readFileSync } from 'node:fs';
import { KernelBed } from './testing/kernel-bed';
import { describeKernels } from './testing/kernel-suite';

// Node 20 has no relaxed SIMD without a flag: those two builds are tested in the browser.
for (const [name, shared] of [
  ['alone', false],
  ['shared', true],
] as const) {
  describeKernels(`the build “${name}”`, () =>
    KernelBed.create(new WebAssembly.Module(readFileSync(new URL(`generated/${name}.wasm`, import.meta.url))), shared),
  );
}
