// What a run works with, and what it carries from step to step beside the engine's own state: with that, all that a
// checkpoint holds.
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { CheckpointRecord } from '../../shared/worker-messages.ts';
import { biasTerm } from '../balance/registry.ts';
import type { Corpus } from '../data/corpus.ts';
import type { StepContext } from './step.ts';

export interface TrainingContext extends StepContext {
  corpus: Corpus;
}

export interface TrainingState {
  /** Optimizer steps done. */
  step: number;
  /** Tokens trained on. */
  tokens: number;
  /** Seconds spent in steps: neither evaluations nor checkpoints nor pauses count. */
  seconds: number;
  /** [L, E], the loss-free bias; null where the objective has none. Changed in place. */
  bias: Float32Array | null;
  /** The evaluation of this step was asked for, and a pause came first. */
  evaluationDue: boolean;
  initHash: string;
  initHashWithoutRouters: string;
  /** The last complete checkpoint; of another run right after a fork. */
  checkpoint: CheckpointRecord | null;
}

/** A bias of zeros, where the objective has one. */
export const newBias = ({ model, objective }: RunConfiguration): Float32Array | null =>
  biasTerm(objective) ? new Float32Array(model.layers * model.experts) : null;

/** One layer's part of the bias, not copied. */
export const biasOfLayer = (bias: Float32Array, experts: number, layer: number): Float32Array =>
  bias.subarray(layer * experts, (layer + 1) * experts);

/** The name of one layer's bias in a checkpoint. */
export const biasName = (layer: number): string => `layers.${layer}.router.bias`;
