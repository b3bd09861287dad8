import { lineGroup, sizesBlock } from './sizes';

/** Adds what each of the workgroup's threads has in `parts`, always in the same order; all of it is then in `parts[0]`. */
const addParts = `
  for (var half = ${lineGroup / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { parts[lane] += parts[lane + half]; }
  }`;

/** Gradient by bias: `[pictures][outChannels][height][width]` summed to `[outChannels]` from `outputFrom` on, one workgroup a channel. */
export const biasGradientProgram = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;
var<workgroup> parts: array<f32, ${lineGroup}>;
@compute @workgroup_size(${lineGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = sizes.first + group.x;
  let plane = sizes.height * sizes.width;
  var sum = 0f;
  for (var picture = 0u; picture < sizes.pictures; picture++) {
    let begin = (picture * sizes.outChannels + channel) * plane;
    var own = 0f;
    for (var at = lane; at < plane; at += ${lineGroup}u) { own += input[begin + at]; }
    sum += own;
  }
  parts[lane] = sum;
  ${addParts}
  if (lane == 0u) {
    let to = sizes.outputFrom + channel;
    gradients[to] = parts[0] + select(0f, gradients[to], sizes.sum == 1u);
  }
}`;

/** Workgroups that sum squares, each over a fixed share. */
export const squaresGroups = 256;

/** By bits: drivers may reckon that no value is NaN. */
const finiteFunction = `
fn isFinite(bits: u32) -> bool { return (bits & 0x7f800000u) != 0x7f800000u; }
`;

/** Sums of squares of `length` values (a multiple of 4), a share each of `squaresGroups`; NaN where a value or the sum is not finite. */
export const squaresProgram = `
${sizesBlock}${finiteFunction}
@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> sums: array<u32>;
var<workgroup> parts: array<f32, ${lineGroup}>;
var<workgroup> spoilt: array<u32, ${lineGroup}>;
@compute @workgroup_size(${lineGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let share = sizes.first + group.x;
  var sum = vec4f();
  var bad = 0u;
  for (var at = share * ${lineGroup}u + lane; at < sizes.length / 4u; at += ${squaresGroups * lineGroup}u) {
    let bits = input[at];
    let own = bitcast<vec4f>(bits);
    sum = fma(own, own, sum);
    if (!(isFinite(bits.x) && isFinite(bits.y) && isFinite(bits.z) && isFinite(bits.w))) { bad = 1u; }
  }
  parts[lane] = (sum.x + sum.y) + (sum.z + sum.w);
  spoilt[lane] = bad;
  ${addParts.replace('parts[lane] += parts[lane + half];', 'parts[lane] += parts[lane + half]; spoilt[lane] |= spoilt[lane + half];')}
  if (lane == 0u) { sums[share] = select(bitcast<u32>(parts[0]), 0x7fc00000u, spoilt[0] == 1u); }
}`;

/** The flag that lets an update pass: 1 where every sum of squares is finite, else 0. One thread. */
export const gateProgram = `
${sizesBlock}${finiteFunction}
@group(0) @binding(0) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read_write> flag: array<u32>;
@compute @workgroup_size(1)
fn main() {
  var own = 1u;
  for (var at = 0u; at < ${squaresGroups}u; at++) { if (!isFinite(sums[at])) { own = 0u; } }
  flag[0] = own;
}`;
