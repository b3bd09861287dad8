/** How the network wants its input: `(x / 255 - mean) / std` for each of R, G, B. */
export interface ExportedScaling {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}
