/**
 * F(4 x 4, 3 x 3) of Lavin and Gray (2015) interpolated at 0, +-NEAR, +-FAR and infinity, as the CPU's kernels do:
 * with 1 / sqrt(2) and sqrt(2) instead of 1 and 2 the features are off by half as much.
 * Each function writes WGSL `let`s: arrays that are indexed would be kept in memory by some drivers.
 */
const constants = `
const NEAR = ${Math.SQRT1_2}f;
const FAR = ${Math.SQRT2}f;
`;

type Name = (index: number) => string;

function inputLine(from: Name, to: Name): string {
  const [d0, d1, d2, d3, d4, d5] = [0, 1, 2, 3, 4, 5].map(from);
  const own = to(0);
  return `
  let ${own}a = fma(${d2}, -2f, ${d4}); let ${own}b = fma(${d1}, -2f, ${d3}) * NEAR;
  let ${own}c = fma(${d2}, -0.5f, ${d4}); let ${own}e = fma(${d1}, -0.5f, ${d3}) * FAR;
  let ${own} = ${d0} + fma(${d2}, -2.5f, ${d4});
  let ${to(1)} = ${own}a + ${own}b; let ${to(2)} = ${own}a - ${own}b;
  let ${to(3)} = ${own}c + ${own}e; let ${to(4)} = ${own}c - ${own}e;
  let ${to(5)} = ${d1} + fma(${d3}, -2.5f, ${d5});`;
}

function outputLine(from: Name, to: Name): string {
  const [m0, m1, m2, m3, m4, m5] = [0, 1, 2, 3, 4, 5].map(from);
  const own = to(0);
  return `
  let ${own}p = ${m1} + ${m2}; let ${own}q = (${m1} - ${m2}) * NEAR;
  let ${own}r = ${m3} + ${m4}; let ${own}t = (${m3} - ${m4}) * FAR;
  let ${own} = ${m0} + ${own}p + ${own}r; let ${to(1)} = ${own}q + ${own}t;
  let ${to(2)} = fma(${own}r, 2f, ${own}p * 0.5f); let ${to(3)} = fma(${own}t, 2f, fma(${own}q, 0.5f, ${m5}));`;
}

function filterLine(from: Name, to: Name): string {
  const [g0, g1, g2] = [0, 1, 2].map(from);
  const own = to(0);
  const [third, sixth] = [1 / 3, 1 / 6];
  return `
  let ${own} = ${g0}; let ${to(5)} = ${g2};
  let ${own}n = ${g0} * ${-2 * third}f + ${g2} * ${-third}f; let ${own}s = ${g1} * (${-2 * third}f * NEAR);
  let ${own}f = ${g0} * ${sixth}f + ${g2} * ${third}f; let ${own}t = ${g1} * (${sixth}f * FAR);
  let ${to(1)} = ${own}n + ${own}s; let ${to(2)} = ${own}n - ${own}s;
  let ${to(3)} = ${own}f + ${own}t; let ${to(4)} = ${own}f - ${own}t;`;
}

/** A d, of four values: the adjoint of the output's. */
function gradientLine(from: Name, to: Name): string {
  const [d0, d1, d2, d3] = [0, 1, 2, 3].map(from);
  const own = to(0);
  return `
  let ${own} = ${d0}; let ${to(5)} = ${d3};
  let ${own}n = fma(${d2}, 0.5f, ${d0}); let ${own}s = fma(${d3}, 0.5f, ${d1}) * NEAR;
  let ${own}f = fma(${d2}, 2f, ${d0}); let ${own}t = fma(${d3}, 2f, ${d1}) * FAR;
  let ${to(1)} = ${own}n + ${own}s; let ${to(2)} = ${own}n - ${own}s;
  let ${to(3)} = ${own}f + ${own}t; let ${to(4)} = ${own}f - ${own}t;`;
}

/** G^T m, of six values: the adjoint of the filter's. */
function filterGradientLine(from: Name, to: Name): string {
  const [m0, m1, m2, m3, m4, m5] = [0, 1, 2, 3, 4, 5].map(from);
  const own = to(0);
  const [third, sixth] = [1 / 3, 1 / 6];
  return `
  let ${own}n = ${m1} + ${m2}; let ${own}s = ${m1} - ${m2}; let ${own}f = ${m3} + ${m4}; let ${own}t = ${m3} - ${m4};
  let ${own} = fma(${own}f, ${sixth}f, fma(${own}n, ${-2 * third}f, ${m0}));
  let ${to(1)} = fma(${own}t, ${sixth}f * FAR, ${own}s * (${-2 * third}f * NEAR));
  let ${to(2)} = fma(${own}f - ${own}n, ${third}f, ${m5});`;
}

function transform(
  line: (from: Name, to: Name) => string,
  side: number,
  results: number,
  [x, y, z]: readonly [string, string, string],
): string {
  const columns = Array.from({ length: side }, (_, j) =>
    line(
      (i) => `${x}${i}${j}`,
      (i) => `${y}${i}${j}`,
    ),
  );
  const rows = Array.from({ length: results }, (_, i) =>
    line(
      (j) => `${y}${i}${j}`,
      (j) => `${z}${i}${j}`,
    ),
  );
  return [...columns, ...rows].join('');
}

/** `d00` to `d55`, a patch, -> `v00` to `v55`. */
export const inputTransform = transform(inputLine, 6, 6, ['d', 'e', 'v']);
/** `m00` to `m55`, a tile of products, -> `y00` to `y33`. */
export const outputTransform = transform(outputLine, 6, 4, ['m', 'e', 'y']);
/** `g00` to `g22`, a filter, -> `u00` to `u55`. */
export const filterTransform = transform(filterLine, 3, 6, ['g', 'e', 'u']);
/** `d00` to `d33`, a tile of a gradient by a result, -> `w00` to `w55`. */
export const gradientTransform = transform(gradientLine, 4, 6, ['d', 'e', 'w']);
/** `m00` to `m55`, products summed over tiles, -> `g00` to `g22`, a filter's gradient. */
export const filterGradientTransform = transform(filterGradientLine, 6, 3, ['m', 'e', 'g']);
export { constants as winogradConstants };

/** All pairs of two sides, row by row. */
export function pairs(rows: number, columns: number): (readonly [number, number])[] {
  return Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns] as const);
}
