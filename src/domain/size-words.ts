/** `1.5 GB`: sizes in sentences. */
export function sizeWords(bytes: number): string {
  if (bytes < 1e6) return `${String(Math.max(1, Math.round(bytes / 1e3)))} kB`;
  return bytes < 1e9 ? `${String(Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
