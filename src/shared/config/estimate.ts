// What a run will cost, known before it starts.
import {
  type MemoryEstimate,
  memoryEstimate,
  type RunFlops,
  runFlops,
  similarityFactor,
  trainingTokens,
} from './cost.ts';
import { evaluationCount } from './evaluation-schedule.ts';
import { countParameters, type ParameterCount } from './parameter-count.ts';
import type { RunConfiguration } from './schema.ts';

export interface RunEstimate {
  parameters: ParameterCount;
  tokens: number;
  flops: RunFlops;
  memory: MemoryEstimate;
  evaluations: number;
  /** How many times a forward pass one PES sample costs a token. */
  similarityFactor: number;
}

export function estimateRun(configuration: RunConfiguration, validationTokens?: number): RunEstimate {
  const { evaluation, training, model } = configuration;
  return {
    parameters: countParameters(model),
    tokens: trainingTokens(configuration),
    flops: runFlops(configuration, validationTokens),
    memory: memoryEstimate(configuration),
    evaluations: evaluationCount(evaluation, training.steps),
    similarityFactor: similarityFactor(model),
  };
}
