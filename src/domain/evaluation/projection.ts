/** How pictures come onto a plane. */
export const projectionMethods = ['pca', 'umap'] as const;
export type ProjectionMethod = (typeof projectionMethods)[number];

/** UMAP's neighbours a picture, as its authors propose; with fewer pictures, all of them. */
export const umapNeighbours = 15;
/** UMAP lays out so many pictures; the others stand among their nearest of those. */
export const mostLaidOut = 5000;
/** Pictures below which a way has nothing to lay out. */
export const fewestForMap: Readonly<Record<ProjectionMethod, number>> = { pca: 2, umap: 4 };

/** Where pictures lie on a plane: near each other where the network finds them alike. */
export interface Projection {
  readonly method: ProjectionMethod;
  /** Without those that could not be read. */
  readonly sampleIds: readonly string[];
  /** `[x0, y0, x1, y1, ...]`, y upwards. */
  readonly positions: Float32Array;
  /** Of what tells the pictures apart, the share that lies along x and along y; null for UMAP, whose axes mean nothing. */
  readonly explained: readonly [number, number] | null;
}
