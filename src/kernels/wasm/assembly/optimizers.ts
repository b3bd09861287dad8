import { add, splat, sub } from './simd';

@inline function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

/**
 * torch.optim.SGD, dampening 0, of floats [first, end), multiples of 4. `buffer`: the momentum; `fresh`: it begins as the first gradient.
 * The gradient is multiplied by `scale` first (clipping).
 */
export function updateSgd(
  weights: usize, gradients: usize, buffer: usize, first: i32, end: i32, rate: f32, decay: f32, momentum: f32, scale: f32, fresh: i32,
): void {
  const k = splat(scale), lr = splat(rate), wd = splat(decay), mu = splat(momentum);
  for (let at = <usize>first << 2, last = <usize>end << 2; at < last; at += 16) {
    const w = v128.load(weights + at);
    let g = mul(v128.load(gradients + at), k);
    if (decay != 0) g = add(g, mul(w, wd));
    if (!fresh) g = add(mul(v128.load(buffer + at), mu), g);
    v128.store(buffer + at, g);
    v128.store(weights + at, sub(w, mul(g, lr)));
  }
}

/**
 * torch.optim.Adam (decay is added to the gradient) or, `shrink` not 1, AdamW (weights are multiplied by `shrink` = 1 - rate * decay first)
 * of floats [first, end). `step`: rate / (1 - beta1^t); `root`: sqrt(1 - beta2^t). The order of operations is PyTorch's.
 */
export function updateAdam(
  weights: usize, gradients: usize, means: usize, squares: usize, first: i32, end: i32,
  step: f32, root: f32, decay: f32, shrink: f32, less1: f32, beta2: f32, less2: f32, epsilon: f32, scale: f32, fresh: i32,
): void {
  const k = splat(scale), wd = splat(decay), lr = splat(step), r = splat(root), eps = splat(epsilon);
  for (let at = <usize>first << 2, last = <usize>end << 2; at < last; at += 16) {
    let w = v128.load(weights + at), g = mul(v128.load(gradients + at), k);
    if (shrink != 1) w = mul(w, splat(shrink));
    if (decay != 0) g = add(g, mul(w, wd));
    let mean: v128, square = mul(mul(g, g), splat(less2));
    if (fresh) {
      mean = mul(g, splat(less1));
    } else {
      mean = v128.load(means + at);
      mean = add(mean, mul(sub(g, mean), splat(less1)));
      square = add(mul(v128.load(squares + at), splat(beta2)), square);
    }
    v128.store(means + at, mean);
    v128.store(squares + at, square);
    v128.store(weights + at, sub(w, mul(f32x4.div(mean, add(f32x4.div(f32x4.sqrt(square), r), eps)), lr)));
  }
}
