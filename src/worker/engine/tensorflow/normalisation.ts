// RMSNorm over the last axis and its gradient.
import type { Held } from './binding.ts';
import type { Inputs, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

/** r = (mean(x²) + ε)^(−1/2) of each row, [N, 1], and u = x·r. */
const unitRows = (operations: Operations, { x }: Inputs<'x'>, epsilon: number): Held[] =>
  operations.once(x.key, 'rmsNorm', () => {
    const mean = operations.run('Mean', [operations.run('Square', [x]), operations.ints([1])], { keep_dims: true });
    const root = operations.run('Rsqrt', [operations.add(mean, operations.float(epsilon))]);
    return [root, operations.multiply(x, root)];
  });

/** y = u·gain. x [N, a], gain [a]. */
const rmsNorm = (operations: Operations, inputs: Inputs<'x' | 'gain'>, { epsilon }: { epsilon: number }): Held =>
  operations.multiply(unitRows(operations, inputs, epsilon)[1]!, inputs.gain);

/** dx = r·(dy·gain − u·mean(dy·gain·u)), dgain = Σ over rows of dy·u. Returns [dx, dgain]. */
function rmsNormGradient(
  operations: Operations,
  inputs: Inputs<'x' | 'gain' | 'dy'>,
  { epsilon }: { epsilon: number },
): Held[] {
  const { multiply, subtract, sum } = operations;
  const { gain, dy } = inputs;
  const [root, unit] = unitRows(operations, inputs, epsilon);
  const product = multiply(dy, unit!);
  const mean = operations.run('Mean', [multiply(product, gain), operations.ints([1])], { keep_dims: true });
  const across = subtract(multiply(dy, gain), multiply(unit!, mean));
  return [multiply(root!, across), sum(product, 0)];
}

export const normalisation: Kernels = { RmsNorm: rmsNorm, RmsNormGradient: rmsNormGradient };
