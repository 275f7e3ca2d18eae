// What criteria of pruning are computed from: how often and how strongly each expert is used, and what it adds.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { Program } from '../engine/engine.ts';
import { scatterAlong } from '../engine/kernels.ts';
import { matMul, type Tensor, tf } from '../engine/tf.ts';
import { chosenGates, everyExpert } from '../model/experts.ts';
import { forward } from '../model/transformer.ts';
import { batchInputs, biasedScores, groupedBy, stackLayers } from './inputs.ts';

/** Added to squared norms, as in ./similarity: an expert whose output is zero is orthogonal to every other. */
const smallest = 1e-30;

/**
 * Inputs: tokens int32 [N]; bias [L, E] when `withBias`.
 * Outputs: counts int32 [L, E]; gates float32 [L, E], sums over the tokens; with `outputs` also saliency float32 [L, E], the sum
 * over an expert's tokens of gate·‖f(x)‖ (REAP, 2510.13999, before its mean), and cosines float32 [L, E, E] of outputs, each
 * pair's mean over all N tokens.
 */
export function calibrationProgram(
  model: ModelConfiguration,
  batch: number,
  { withBias, outputs }: { withBias: boolean; outputs: boolean },
): Program {
  const { targets: _, ...inputs } = batchInputs(model, batch, withBias);
  return {
    name: 'calibration',
    ...groupedBy(model, batch),
    inputs,
    build({ tokens, bias }, parameters) {
      const { layers } = forward(model, parameters, tokens!, batch, biasedScores(bias));
      const measured = layers.map(({ input, pass }, layer) => {
        const { probabilities, routing } = pass!;
        const gates = scatterAlong(chosenGates(model, probabilities, routing.chosen), routing.chosen, model.experts);
        const used: Record<string, Tensor> = { counts: routing.counts, gates: tf.sum(gates, 0) };
        return outputs ? { ...used, ...outputMeasures(everyExpert(model, parameters, layer, input), gates) } : used;
      });
      const names = Object.keys(measured[0]!) as (keyof (typeof measured)[0])[];
      return Object.fromEntries(names.map((name) => [name, stackLayers(measured.map((layer) => layer[name]!))]));
    },
  };
}

/** outputs: E tensors [N, D]; gates [N, E], 0 where an expert is not chosen. */
function outputMeasures(outputs: readonly Tensor[], gates: Tensor) {
  const [N, D] = outputs[0]!.shape as [number, number];
  const squares = outputs.map((output) => tf.sum(tf.square(output), -1, true) as Tensor);
  const norms = tf.sqrt(tf.concat(squares, 1));
  const units = outputs.map((output, expert) =>
    tf.reshape(tf.mul(output, tf.rsqrt(tf.add(squares[expert]!, smallest))), [1, N * D]),
  );
  const flat = tf.concat(units, 0);
  return {
    saliency: tf.sum(tf.mul(gates, norms), 0) as Tensor,
    cosines: tf.div(matMul(flat, flat, false, true), N) as Tensor,
  };
}
