// RMSNorm (1910.07467) over the last axis.
import { type Kernels, type Named, type NDArray, rows, zeros } from './ndarray.ts';

/** 1 / √(mean(x²) + ε) of one row. */
function inverseRootMeanSquare(x: NDArray, begin: number, length: number, epsilon: number): number {
  let sum = 0;
  for (let i = begin; i < begin + length; i++) sum += x.values[i]! ** 2;
  return 1 / Math.sqrt(sum / length + epsilon);
}

/** y = r·x·gain, r = 1 / √(mean(x²) + ε). x [N, a], gain [a]. */
function rmsNorm({ x, gain }: Named<'x' | 'gain'>, { epsilon }: { epsilon: number }): NDArray {
  const y = zeros(x.shape);
  const { count, length } = rows(x);
  for (let row = 0; row < count; row++) {
    const begin = row * length;
    const r = inverseRootMeanSquare(x, begin, length, epsilon);
    for (let i = 0; i < length; i++) y.values[begin + i] = r * x.values[begin + i]! * gain.values[i]!;
  }
  return y;
}

/** dx = r·(gain·dy) − x·r³·mean(gain·dy·x), dgain = Σ_N dy·r·x. Returns [dx, dgain]. */
function rmsNormGradient({ x, gain, dy }: Named<'x' | 'gain' | 'dy'>, { epsilon }: { epsilon: number }): NDArray[] {
  const dx = zeros(x.shape);
  const dgain = zeros(gain.shape);
  const { count, length } = rows(x);
  for (let row = 0; row < count; row++) {
    const begin = row * length;
    const r = inverseRootMeanSquare(x, begin, length, epsilon);
    let sum = 0;
    for (let i = 0; i < length; i++) sum += gain.values[i]! * dy.values[begin + i]! * x.values[begin + i]!;
    for (let i = 0; i < length; i++) {
      const [xi, dyi] = [x.values[begin + i]!, dy.values[begin + i]!];
      dx.values[begin + i] = r * gain.values[i]! * dyi - (xi * r ** 3 * sum) / length;
      dgain.values[i]! += dyi * r * xi;
    }
  }
  return [dx, dgain];
}

export const normalisation: Kernels = { RmsNorm: rmsNorm, RmsNormGradient: rmsNormGradient };
