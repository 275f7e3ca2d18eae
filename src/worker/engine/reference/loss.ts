// The two ends of the model: rows of the embedding table, and the output layer with its cross-entropy.
import { addProduct, matrix } from './matmul.ts';
import { type Kernels, type Named, type NDArray, zeros } from './ndarray.ts';

/** y[n] = table[ids[n]]. table [V, D], ids [N] → [N, D]. */
function embed({ table, ids }: Named<'table' | 'ids'>): NDArray {
  const [N, D] = [ids.shape[0]!, table.shape[1]!];
  const y = zeros([N, D]);
  for (const [n, id] of ids.values.entries()) y.values.set(table.values.subarray(id * D, (id + 1) * D), n * D);
  return y;
}

/** dtable[ids[n]] += dy[n]; `rows` is V. */
function embedGradient({ dy, ids }: Named<'dy' | 'ids'>, { rows: V }: { rows: number }): NDArray {
  const D = dy.shape[1]!;
  const dtable = zeros([V, D]);
  for (const [n, id] of ids.values.entries()) {
    for (let i = 0; i < D; i++) dtable.values[id * D + i]! += dy.values[n * D + i]!;
  }
  return dtable;
}

/** hidden·headᵀ. hidden [N, D], head [V, D] → [N, V]. */
function logitsOf(hidden: NDArray, head: NDArray): Float64Array {
  const [N, D] = hidden.shape as [number, number];
  const V = head.shape[0]!;
  const logits = new Float64Array(N * V);
  addProduct(matrix(logits, V), matrix(hidden.values, D), matrix(head.values, D, true), N, D, V);
  return logits;
}

function logSumExp(logits: Float64Array): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}

type Inputs = Named<'hidden' | 'head' | 'targets'>;

/** nll[n] = logSumExp[n] − logits[n, targets[n]]. Returns [nll, logSumExp], each [N]. */
function linearCrossEntropy({ hidden, head, targets }: Inputs): NDArray[] {
  const [N, V] = [hidden.shape[0]!, head.shape[0]!];
  const logits = logitsOf(hidden, head);
  const [nll, total] = [zeros([N]), zeros([N])];
  for (const [n, target] of targets.values.entries()) {
    const row = logits.subarray(n * V, (n + 1) * V);
    total.values[n] = logSumExp(row);
    nll.values[n] = total.values[n]! - row[target]!;
  }
  return [nll, total];
}

/** dlogits = softmax·(dNll + dLogSumExp) − onehot(target)·dNll; dhidden = dlogits·head, dhead = dlogitsᵀ·hidden. */
function linearCrossEntropyGradient({
  hidden,
  head,
  targets,
  dNll,
  dLogSumExp,
}: Inputs & Named<'dNll' | 'dLogSumExp'>): NDArray[] {
  const [N, D] = hidden.shape as [number, number];
  const V = head.shape[0]!;
  const dlogits = logitsOf(hidden, head);
  for (const [n, target] of targets.values.entries()) {
    const row = dlogits.subarray(n * V, (n + 1) * V);
    const total = logSumExp(row);
    for (let v = 0; v < V; v++) row[v] = Math.exp(row[v]! - total) * (dNll.values[n]! + dLogSumExp.values[n]!);
    row[target]! -= dNll.values[n]!;
  }
  const [dhidden, dhead] = [zeros(hidden.shape), zeros(head.shape)];
  addProduct(matrix(dhidden.values, D), matrix(dlogits, V), matrix(head.values, D), N, V, D);
  addProduct(matrix(dhead.values, D), matrix(dlogits, V, true), matrix(hidden.values, D), V, N, D);
  return [dhidden, dhead];
}

export const loss: Kernels = {
  Embed: embed,
  EmbedGradient: embedGradient,
  LinearCrossEntropy: linearCrossEntropy,
  LinearCrossEntropyGradient: linearCrossEntropyGradient,
};
