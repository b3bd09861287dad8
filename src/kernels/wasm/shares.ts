/** A thread's own memory. */
export interface Scratch {
  readonly base: number;
  readonly v: number;
  readonly m: number;
}

/** `[from, to)` of job `job` when `count` things are shared out as evenly as whole numbers allow. */
export function shareOf(job: number, jobs: number, count: number): readonly [number, number] {
  return [Math.floor((job * count) / jobs), Math.floor(((job + 1) * count) / jobs)];
}

/** 36 planes a multiple of 4 KB apart would share one L1 set: a cache line more spreads them. Five rows are to spare for the last block. */
export function planeBytes(rows: number, channels: number): number {
  return (rows + 5) * channels * 4 + 64;
}
