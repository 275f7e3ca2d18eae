// AdamW, the gradient's norm and accumulation, compiled to WebAssembly by AssemblyScript: four floats at a time, one pass over
// memory. Addresses are bytes, aligned to 16; lengths are floats, multiples of 4 (padding holds zeros and stays zero).

/** Sum of squares, blockwise in float32 and across blocks in float64. */
export function squaredNorm(gradient: usize, length: i32): f64 {
  let total: f64 = 0;
  let at = gradient;
  const end = gradient + (<usize>length << 2);
  while (at < end) {
    const blockEnd = min(at + 4096, end);
    let sum = f32x4.splat(0);
    for (; at < blockEnd; at += 16) {
      const value = v128.load(at);
      sum = f32x4.add(sum, f32x4.mul(value, value));
    }
    total +=
      <f64>f32x4.extract_lane(sum, 0) +
      <f64>f32x4.extract_lane(sum, 1) +
      <f64>f32x4.extract_lane(sum, 2) +
      <f64>f32x4.extract_lane(sum, 3);
  }
  return total;
}

/** sum += addend. */
export function accumulate(sum: usize, addend: usize, length: i32): void {
  const bytes = <usize>length << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(sum + at, f32x4.add(v128.load(sum + at), v128.load(addend + at)));
  }
}

/**
 * One update (Loshchilov & Hutter 1711.05101; arithmetic in the order of torch.optim.AdamW):
 * p ← p·keep; m ← m + (g − m)·(1 − β₁); v ← v·β₂ + g²·(1 − β₂); p ← p − stepSize·m / (√v/rootCorrection + ε), g scaled first.
 */
export function adamw(
  parameter: usize,
  gradient: usize,
  first: usize,
  second: usize,
  length: i32,
  scale: f32,
  keep: f32,
  firstRate: f32,
  secondKeep: f32,
  secondRate: f32,
  stepSize: f32,
  rootCorrection: f32,
  epsilon: f32,
): void {
  const scales = f32x4.splat(scale);
  const keeps = f32x4.splat(keep);
  const firstRates = f32x4.splat(firstRate);
  const secondKeeps = f32x4.splat(secondKeep);
  const secondRates = f32x4.splat(secondRate);
  const steps = f32x4.splat(stepSize);
  const corrections = f32x4.splat(1 / rootCorrection);
  const epsilons = f32x4.splat(epsilon);
  const bytes = <usize>length << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const g = f32x4.mul(v128.load(gradient + at), scales);
    const oldFirst = v128.load(first + at);
    const m = f32x4.add(oldFirst, f32x4.mul(f32x4.sub(g, oldFirst), firstRates));
    const v = f32x4.add(f32x4.mul(v128.load(second + at), secondKeeps), f32x4.mul(f32x4.mul(g, g), secondRates));
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v), corrections), epsilons);
    const p = f32x4.mul(v128.load(parameter + at), keeps);
    v128.store(first + at, m);
    v128.store(second + at, v);
    v128.store(parameter + at, f32x4.sub(p, f32x4.div(f32x4.mul(steps, m), denominator)));
  }
}
