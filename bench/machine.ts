import { cpus } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly adapter: string | null;
  readonly browser: string;
}

export function describeMachine(browser: string, adapter: string | null): Machine {
  const all = cpus();
  return { cpu: all[0]?.model.trim() ?? 'unknown', cores: all.length, adapter, browser };
}
