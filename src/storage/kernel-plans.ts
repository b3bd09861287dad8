import type { Tables } from './tables';

const prefix = 'kernel-plan ';

/** The kernels measured to be fastest on an adapter, unchecked; null when nothing was kept. */
export interface KernelPlanStore {
  loadKernelPlan(adapter: string): Promise<unknown>;
  saveKernelPlan(adapter: string, plan: unknown): Promise<void>;
}

/** Rejects with `storage-refused` or `storage-full`. */
export function createKernelPlanStore(tables: Tables): KernelPlanStore {
  return {
    loadKernelPlan: async (adapter) => (await tables.get('documents', prefix + adapter)) ?? null,
    saveKernelPlan: async (adapter, value) => {
      await tables.commit([{ table: 'documents', key: prefix + adapter, value }]);
    },
  };
}
