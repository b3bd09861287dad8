import { expect, it } from 'vitest';
import { loadKernelModule } from './kernel-builds';
import { hasRelaxedSimd } from './relaxed-simd';
import { KernelBed } from './testing/kernel-bed';
import { describeKernels } from './testing/kernel-suite';
import { describeTrainingKernels } from './testing/training-suite';

it('this browser has relaxed SIMD', () => {
  expect(hasRelaxedSimd()).toBe(true);
});

for (const shared of [false, true]) {
  const title = `relaxed SIMD ${shared ? 'over shared memory' : 'without shared memory'}`;
  const open = async () => KernelBed.create(await loadKernelModule({ shared, relaxed: true }), shared);
  describeKernels(title, open);
  describeTrainingKernels(`training, ${title}`, open);
}
