import { mostThreads } from '../../domain/threads';

export interface ThreadEnvironment {
  /** `navigator.hardwareConcurrency`; some privacy settings report few or leave it out. */
  readonly cores: number | undefined;
  /** `crossOriginIsolated`: only then can memory be shared. */
  readonly isolated: boolean;
}

/** How many compute workers: all cores unless a person chose otherwise, one where memory cannot be shared. */
export function chooseThreads({ cores, isolated }: ThreadEnvironment, wanted?: number): number {
  if (!isolated) return 1;
  const count = wanted ?? cores ?? 1;
  return Math.max(1, Math.min(mostThreads, Math.floor(Number.isFinite(count) ? count : 1)));
}
