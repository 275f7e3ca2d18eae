// Sums, means and extremes over axes, softmax, and batches of matrix products.
import { tf } from '../tf.ts';
import type { Held } from './binding.ts';
import type { Inputs, Kernel, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

interface Axes {
  axis?: number | number[];
  /** What Max calls its axes. */
  reductionIndices?: number[];
  keepDims?: boolean;
}

const reduction =
  (operation: string): Kernel =>
  (operations, { x }: Inputs<'x'>, { axis, reductionIndices, keepDims = false }: Axes) => {
    const axes = tf.util.parseAxisParam((axis ?? reductionIndices) as number[], x.shape);
    return operations.run(operation, [x, operations.ints(axes)], { keep_dims: keepDims });
  };

/** Of equal entries the first. */
const argMax = (operations: Operations, { x }: Inputs<'x'>, { axis }: { axis: number | number[] }): Held =>
  operations.run('ArgMax', [x, operations.int(tf.util.parseAxisParam(axis, x.shape)[0]!)], {
    output_type: { type: operations.binding.TF_INT32 },
  });

const batchMatMul = (
  operations: Operations,
  { a, b }: Inputs<'a' | 'b'>,
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
): Held =>
  a.shape.length === 2 && b.shape.length === 2
    ? operations.matMul(a, b, transposeA, transposeB)
    : operations.batchMatMul(a, b, transposeA, transposeB);

export const reductions: Kernels = {
  Sum: reduction('Sum'),
  Mean: reduction('Mean'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  ArgMax: argMax,
  Softmax: (operations, { logits }: Inputs<'logits'>) => operations.run('Softmax', [logits]),
  LogSoftmax: (operations, { logits }: Inputs<'logits'>) => operations.run('LogSoftmax', [logits]),
  BatchMatMul: batchMatMul,
};
