/** Names for the few SIMD operations in use. `madd` is one instruction where the build has relaxed SIMD. */

@inline export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}
@inline export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}
@inline export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}
@inline export function max(a: v128, b: v128): v128 {
  return f32x4.max(a, b);
}
@inline export function splat(a: f32): v128 {
  return f32x4.splat(a);
}
