/** More threads than this gain little on one picture's jobs, and each has some MB of scratch. */
export const mostThreads = 16;

/** How many threads can be chosen; `cores` is `navigator.hardwareConcurrency`, which some privacy settings leave out. */
export function threadLimit(cores: number | undefined): number {
  return clampThreads(cores ?? 1, mostThreads);
}

/** A whole number of threads from 1 to `most`. */
export function clampThreads(threads: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(threads)));
}
