import { lineGroup, sizesBlock } from './sizes';

/**
 * M[place][out][column] = sum over channels of U[place][channel][out] * V[place][channel][column], for all 36 places: `group.z` counts them.
 * `quad`: no memory is shared; four neighbours each load a quarter of the filter values and hand them round.
 * `plain`: the same without subgroups. `shared`: tiles of 64 x 64 through workgroup memory, 8 x 8 sums a thread, for graphics cards.
 * 8 and 4 are the columns of a thread of the first two.
 */
export const multiplyKinds = ['quad8', 'quad4', 'plain8', 'shared'] as const;
export type MultiplyKind = (typeof multiplyKinds)[number];

/** Columns must be a multiple of this, outChannels of 16 and inChannels of 16. */
export function columnsOf(kind: MultiplyKind): number {
  return kind === 'quad8' ? 32 : kind === 'plain8' ? 8 : kind === 'quad4' ? 16 : 64;
}

const lanes = ['x', 'y', 'z', 'w'] as const;
const bindings = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> v: array<vec4f>;
@group(0) @binding(1) var<storage, read> u: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
`;

function count(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}

/** Output channels of a thread. */
const outs = 16;

/** Channels a turn: several sums in a row stay in a register, which software adapters reward with twice the speed. */
function lineProgram(vectors: number, quad: boolean, turn: number): string {
  const places = count(outs).flatMap((out) => count(vectors * 4).map((column) => [out, column] as const));
  const filters = (k: number) =>
    quad
      ? [`let q${k} = u[uAt + ${k}u * outs4];`, ...count(4).map((i) => `let b${k}_${i} = quadBroadcast(q${k}, ${i}u);`)]
      : count(4).map((i) => `let b${k}_${i} = u[uAt + ${k}u * outs4 + ${i}u];`);
  return `${quad ? 'enable subgroups;\n' : ''}${bindings}
@compute @workgroup_size(${lineGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns4 = sizes.columns / 4u;
  let outs4 = sizes.outChannels / 4u;
  let across = columns4 / ${vectors}u;
  // Threads too many repeat others' work: nobody may leave before the last quadBroadcast.
  let own = min(group.x * ${lineGroup}u + lane, across * (sizes.outChannels / ${outs}u) - ${quad ? '4u + (lane & 3u)' : '1u'});
  let column = (own % across) * ${vectors}u;
  let out4 = (own / across) * ${outs / 4}u;
  let place = sizes.first + group.z;
  var vAt = place * sizes.inChannels * columns4 + column;
  var uAt = place * sizes.inChannels * outs4 + out4${quad ? ' + (lane & 3u)' : ''};
  ${places.map(([out, column]) => `var c${out}_${column} = 0f;`).join(' ')}
  for (var k = 0u; k < sizes.inChannels; k += ${turn}u) {
    ${count(turn)
      .flatMap((k) => [...count(vectors).map((n) => `let a${k}_${n} = v[vAt + ${k}u * columns4 + ${n}u];`), ...filters(k)])
      .join('\n    ')}
    ${places
      .map(([out, column]) => {
        const sum = count(turn).reduce(
          (inner, k) =>
            `fma(a${k}_${column >> 2}.${lanes[column & 3] ?? ''}, b${k}_${out >> 2}.${lanes[out & 3] ?? ''}, ${inner})`,
          `c${out}_${column}`,
        );
        return `c${out}_${column} = ${sum};`;
      })
      .join('\n    ')}
    vAt += ${turn}u * columns4;
    uAt += ${turn}u * outs4;
  }
  let to = (place * sizes.outChannels + out4 * 4u) * columns4 + column;
  ${count(outs)
    .flatMap((out) =>
      count(vectors).map(
        (n) =>
          `m[to + ${out}u * columns4 + ${n}u] = vec4f(${count(4)
            .map((i) => `c${out}_${n * 4 + i}`)
            .join(', ')});`,
      ),
    )
    .join('\n  ')}
}`;
}

/** Channels of a tile in workgroup memory. */
const depth = 16;

function sharedProgram(): string {
  const loads = count((depth * 16) / lineGroup);
  const sums = count(8).flatMap((out) => count(2).map((n) => [out, n] as const));
  return `${bindings}
var<workgroup> tileV: array<vec4f, ${depth * 16}>;
var<workgroup> tileU: array<vec4f, ${depth * 16}>;
@compute @workgroup_size(${lineGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns4 = sizes.columns / 4u;
  let outs4 = sizes.outChannels / 4u;
  let place = sizes.first + group.z;
  let column0 = group.x * 16u;
  let out0 = group.y * 16u;
  let x = lane % 8u;
  let y = lane / 8u;
  let side = lane % 16u;
  let row = lane / 16u;
  // At a lower edge the last values are loaded again; nothing of them is stored.
  var vAt = (place * sizes.inChannels + row) * columns4 + min(column0 + side, columns4 - 1u);
  var uAt = (place * sizes.inChannels + row) * outs4 + min(out0 + side, outs4 - 1u);
  ${sums.map(([out, n]) => `var c${out}_${n} = vec4f();`).join(' ')}
  for (var k0 = 0u; k0 < sizes.inChannels; k0 += ${depth}u) {
    ${loads.map((n) => `tileV[lane + ${n * lineGroup}u] = v[vAt + ${n * 4}u * columns4]; tileU[lane + ${n * lineGroup}u] = u[uAt + ${n * 4}u * outs4];`).join('\n    ')}
    vAt += ${depth}u * columns4;
    uAt += ${depth}u * outs4;
    workgroupBarrier();
    for (var k = 0u; k < ${depth}u; k++) {
      let a0 = tileV[k * 16u + x]; let a1 = tileV[k * 16u + x + 8u];
      let b0 = tileU[k * 16u + y]; let b1 = tileU[k * 16u + y + 8u];
      ${sums.map(([out, n]) => `c${out}_${n} = fma(a${n}, vec4f(b${out >> 2}.${lanes[out & 3] ?? ''}), c${out}_${n});`).join('\n      ')}
    }
    workgroupBarrier();
  }
  ${sums
    .map(
      ([out, n]) => `if (column0 + x + ${n * 8}u < columns4 && out0 + y + ${(out >> 2) * 8}u < outs4) {
    m[(place * sizes.outChannels + (out0 + y + ${(out >> 2) * 8}u) * 4u + ${out & 3}u) * columns4 + column0 + x + ${n * 8}u] = c${out}_${n};
  }`,
    )
    .join('\n  ')}
}`;
}

export function multiplyProgram(kind: MultiplyKind): string {
  if (kind === 'shared') return sharedProgram();
  return lineProgram(kind === 'quad4' ? 1 : 2, kind !== 'plain8', kind === 'plain8' ? 2 : 4);
}

/** Workgroups of one dispatch in each direction; the last counts places. */
export function multiplyGroups(
  kind: MultiplyKind,
  { columns, outChannels }: { readonly columns: number; readonly outChannels: number },
  places: number,
): readonly [number, number, number] {
  if (kind === 'shared') return [Math.ceil(columns / 64), Math.ceil(outChannels / 64), places];
  const threads = (columns / (kind === 'quad4' ? 4 : 8)) * (outChannels / outs);
  return [Math.ceil(threads / lineGroup), 1, places];
}
