import { expect, it } from 'vitest';
import { hasRelaxedSimd, loadKernelModule } from './kernel-builds';
import { KernelBed } from './testing/kernel-bed';
import { describeKernels } from './testing/kernel-suite';

it('this browser has relaxed SIMD', () => {
  expect(hasRelaxedSimd()).toBe(true);
});

for (const shared of [false, true]) {
  describeKernels(`relaxed SIMD ${shared ? 'over shared memory' : 'without shared memory'}`, async () =>
    KernelBed.create(await loadKernelModule({ shared, relaxed: true }), shared),
  );
}
