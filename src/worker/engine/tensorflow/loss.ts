// The two ends of the model: rows of the embedding table, and the output layer with its cross-entropy.
import type { Held } from './binding.ts';
import type { Inputs, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

/** table [V, D], ids [N] → [N, D]. */
const embed = (operations: Operations, { table, ids }: Inputs<'table' | 'ids'>): Held => operations.gather(table, ids);

/** dtable[ids[n]] += dy[n]. */
const embedGradient = (operations: Operations, { dy, ids }: Inputs<'dy' | 'ids'>, { rows }: { rows: number }): Held =>
  operations.run('UnsortedSegmentSum', [dy, ids, operations.int(rows)]);

type Ends = Inputs<'hidden' | 'head' | 'targets'>;

/** The negative log-likelihoods [N], and softmax − onehot [N, V]. */
const entropies = (operations: Operations, { hidden, head, targets }: Ends): Held[] =>
  operations.once(hidden.key, 'cross-entropy', () => {
    const logits = operations.matMul(hidden, head, false, true);
    return operations.runMany('SparseSoftmaxCrossEntropyWithLogits', [logits, targets], 2);
  });

/** Returns [nll, logSumExp], each [N]; logSumExp = nll + hidden·head[target]. */
function linearCrossEntropy(operations: Operations, inputs: Ends): Held[] {
  const [nll] = entropies(operations, inputs);
  const own = operations.multiply(inputs.hidden, operations.gather(inputs.head, inputs.targets));
  return [operations.run('Identity', [nll!]), operations.add(nll!, operations.sum(own, 1))];
}

/**
 * dlogits = (softmax − onehot)·(dNll + dLogSumExp) + onehot·dLogSumExp. Returns [dlogits·head, dlogitsᵀ·hidden], with the row weights
 * on the side that is D wide, and the one-hot as rows gathered and added.
 */
function linearCrossEntropyGradient(operations: Operations, inputs: Ends & Inputs<'dNll' | 'dLogSumExp'>): Held[] {
  const { add, gather, matMul, multiply, reshape } = operations;
  const { hidden, head, targets, dNll, dLogSumExp } = inputs;
  const [, difference] = entropies(operations, inputs);
  const weight = reshape(add(dNll, dLogSumExp), [-1, 1]);
  const own = reshape(dLogSumExp, [-1, 1]);
  const dhidden = add(multiply(matMul(difference!, head), weight), multiply(gather(head, targets), own));
  const rows = operations.run('UnsortedSegmentSum', [multiply(hidden, own), targets, operations.int(head.shape[0]!)]);
  return [dhidden, add(matMul(difference!, multiply(hidden, weight), true), rows)];
}

export const loss: Kernels = {
  Embed: embed,
  EmbedGradient: embedGradient,
  LinearCrossEntropy: linearCrossEntropy,
  LinearCrossEntropyGradient: linearCrossEntropyGradient,
};
