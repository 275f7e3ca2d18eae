// One optimizer step: the gradients of its micro-batches, their norm, the update, and the loss-free bias. Each micro-batch's
// loss counts 1/accumulate, so the gradient of the step is the mean over its micro-batches.
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import { updateBias } from '../balance/loss-free-bias.ts';
import { biasTerm } from '../balance/registry.ts';
import type { Batch } from '../data/batches.ts';
import type { Engine, HostArray } from '../engine/engine.ts';
import { clipScale } from '../optim/clip.ts';
import { learningRateAt } from '../optim/schedule.ts';
import { tokensOfStep } from './micro-batches.ts';
import type { TrainingPrograms } from './programs.ts';
import { biasOfLayer } from './training-state.ts';

export interface StepContext {
  engine: Engine;
  configuration: RunConfiguration;
  programs: TrainingPrograms;
  /** [L, E], moved on by the step; null where the objective has none. */
  bias: Float32Array | null;
}

export interface StepResult {
  /** Means over the micro-batches, from before the update; `terms` by kind, coefficients applied. */
  loss: number;
  crossEntropy: number;
  zLoss: number;
  terms: Record<string, number>;
  /** Of the mean gradient, before clipping. */
  gradientNorm: number;
  learningRate: number;
  /** Largest over layers of the largest load over the mean load, on the whole batch; 1 in a dense model. */
  maxLoad: number;
}

/**
 * Step `step`, which counts from 1, on its micro-batches.
 * @throws LabError 'not-finite', before anything is updated, when the loss or the norm of its gradient is no number.
 */
export async function trainStep(context: StepContext, step: number, batches: readonly Batch[]): Promise<StepResult> {
  const { engine, configuration, programs, bias } = context;
  const { training, model, objective } = configuration;
  const globalShare = programs.counts && (await shareOfWholeBatch(context, programs.counts, batches));
  const means: Record<string, number> = {};
  const loads = new Float64Array(model.layers * model.experts);
  for (const [index, { tokens, targets }] of batches.entries()) {
    const inputs: Record<string, HostArray> = {
      tokens,
      targets,
      ...(bias && { bias }),
      ...(globalShare && { globalShare }),
    };
    const { counts, ...scalars } = await programs.train.run(inputs, { accumulate: index > 0 });
    for (const [name, { data }] of Object.entries(scalars)) {
      means[name] = (means[name] ?? 0) + data[0]! / training.accumulate;
    }
    if (counts) addTo(loads, counts.data);
  }
  const { loss = Number.NaN, crossEntropy = Number.NaN, zLoss = Number.NaN, ...terms } = means;
  const gradientNorm = (await engine.gradientNorm()) / training.accumulate;
  requireFinite('loss', loss, step);
  requireFinite('gradient norm', gradientNorm, step);

  const learningRate = learningRateAt(step, training);
  const { weightDecay, decayOn, beta1, beta2, epsilon, clip, accumulate } = training;
  const gradientScale = clipScale(gradientNorm, clip) / accumulate;
  await engine.update({ step, learningRate, weightDecay, decayOn, beta1, beta2, epsilon, gradientScale });
  const rate = biasTerm(objective)?.rate;
  if (bias && rate !== undefined) {
    for (let layer = 0; layer < model.layers; layer++) {
      const start = layer * model.experts;
      updateBias(biasOfLayer(bias, model.experts, layer), loads.subarray(start, start + model.experts), rate);
    }
  }
  return {
    loss,
    crossEntropy,
    zLoss,
    terms: Object.fromEntries(Object.entries(terms).map(([name, value]) => [name.slice('term.'.length), value])),
    gradientNorm,
    learningRate,
    maxLoad: model.kind === 'dense' ? 1 : largestLoad(loads, model.experts),
  };
}

/** Slots over tokens of each layer's experts, from a forward pass over all micro-batches: [L, E]. */
async function shareOfWholeBatch(
  { configuration, bias }: StepContext,
  program: NonNullable<TrainingPrograms['counts']>,
  batches: readonly Batch[],
): Promise<Float32Array> {
  const { layers, experts } = configuration.model;
  const loads = new Float64Array(layers * experts);
  for (const { tokens } of batches) {
    const { counts } = await program.run({ tokens, ...(bias && { bias }) });
    addTo(loads, counts!.data);
  }
  return Float32Array.from(loads, (load) => load / tokensOfStep(configuration));
}

function addTo(loads: Float64Array, counts: HostArray): void {
  for (let index = 0; index < loads.length; index++) loads[index]! += counts[index]!;
}

function largestLoad(loads: Float64Array, experts: number): number {
  let largest = 0;
  for (let start = 0; start < loads.length; start += experts) {
    const layer = loads.subarray(start, start + experts);
    const mean = layer.reduce((sum, load) => sum + load, 0) / experts;
    for (const load of layer) largest = Math.max(largest, load / mean);
  }
  return largest;
}

/** @throws LabError 'not-finite' */
export function requireFinite(quantity: string, value: number, step: number): void {
  if (Number.isFinite(value)) return;
  throw new LabError(
    'not-finite',
    `The ${quantity} of step ${step} is ${value}; the run stopped before anything came of it.`,
    {
      field: quantity,
      value: String(value),
    },
  );
}
