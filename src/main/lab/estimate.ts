// What a run will cost, known before it starts.
import {
  countParameters,
  evaluationCount,
  type MemoryEstimate,
  memoryEstimate,
  type ParameterCount,
  type RunConfiguration,
  type RunFlops,
  runFlops,
  similarityFactor,
  trainingTokens,
} from '../../shared/config/index.ts';

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
