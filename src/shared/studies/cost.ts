// What a study will cost, before it starts: tokens and operations of its forward passes, the largest memory of its worker, and
// what its results take in the store. Estimates from the configuration alone; seconds are the engine's to measure.
import { forwardFlopsPerToken, similarityFactor } from '../config/cost.ts';
import { countParameters } from '../config/parameter-count.ts';
import type { ModelConfiguration, RunConfiguration } from '../config/schema.ts';
import type { CorpusDescription } from '../worker-messages.ts';
import type { PruningRequest } from './pruning.ts';
import { evaluatedSettings } from './pruning-key.ts';
import { isCalibrated, isLessWork, needsOutputs, warmUpPasses } from './pruning-methods.ts';
import { type SampleSize, sampleSize } from './sample.ts';
import type { StudyEstimate, StudyRequest } from './study.ts';

export type StudyCost = Omit<StudyEstimate, 'seconds'>;

const float32 = 4;
const float64 = 8;
/** A number in a list, and an entry of a list of tokens, as they are stored. */
const listed = 20;
const listedToken = 80;

/** The whole study's cost, whatever of it is stored already. */
export function studyCost(
  request: StudyRequest,
  configuration: RunConfiguration,
  corpus: CorpusDescription,
): StudyCost {
  switch (request.kind) {
    case 'routing':
      return routingCost(request.steps.length, request, configuration, corpus);
    case 'similarity':
      return similarityCost(request.steps.length, request, configuration, corpus);
    case 'geometry':
      return geometryCost(request.steps.length, request, configuration, corpus);
    case 'lens':
      return lensCost(configuration);
    case 'pruning':
      return pruningCost(request, configuration, corpus);
  }
}

type Sized<Kind extends StudyRequest['kind']> = Omit<Extract<StudyRequest, { kind: Kind }>, 'steps'>;

function routingCost(
  checkpoints: number,
  { tokens, topTokens }: Sized<'routing'>,
  configuration: RunConfiguration,
  corpus: CorpusDescription,
): StudyCost {
  const { model } = configuration;
  const { layers: L, experts: E } = model;
  const sample = sampleOf(configuration, tokens, corpus);
  const G = Object.keys(corpus.domains).length;
  const stored = L * E * (float64 * (1 + E + G + 3) + 3 * topTokens * listedToken);
  return {
    ...passes(checkpoints * sample.computed, model),
    memory: forwardMemory(configuration) + routingMemory(model, sample.tokens) + stored,
    storedBytes: checkpoints * stored,
  };
}

/**
 * Bytes that a routing study holds beside the engine: the experts chosen (two bytes a slot) at the reference, at the
 * checkpoint before and at this one, each with the tokens predicted; inputs, targets and domains; and one layer's table of
 * experts by token, whose columns are at most the tokens of the sample.
 */
export function routingMemory({ layers, experts, active, vocabulary }: ModelConfiguration, tokens: number): number {
  const pass = tokens * (2 * layers * active + float32);
  return 3 * pass + 3 * float32 * tokens + float32 * experts * Math.min(vocabulary, tokens);
}

function similarityCost(
  checkpoints: number,
  { tokens, pairs, topTokens }: Sized<'similarity'>,
  configuration: RunConfiguration,
  corpus: CorpusDescription,
): StudyCost {
  const { model, training } = configuration;
  const { layers: L, experts: E, active: K, width: D, context: T, vocabulary: V } = model;
  const sample = sampleOf(configuration, tokens, corpus);
  const view = topTokens * listedToken + Object.keys(corpus.domains).length * 2 * listed;
  const stored = L * (float64 * E * E + 2 * pairs * 2 * view + 6 * listed);
  // Every expert's output, its unit rows twice, and what follows from them, for one layer at a time.
  const outputs = float32 * training.batch * T * E * 4 * D;
  const seen = sample.tokens * (2 * L * K + 3 * float32) + float32 * E * Math.min(V, sample.tokens);
  const { tokens: computed, flops } = passes(checkpoints * sample.computed, model);
  return {
    tokens: computed,
    flops: flops * similarityFactor(model),
    memory: forwardMemory(configuration) + outputs + seen + stored,
    storedBytes: checkpoints * stored,
  };
}

function geometryCost(
  checkpoints: number,
  { tokens }: Sized<'geometry'>,
  configuration: RunConfiguration,
  corpus: CorpusDescription,
): StudyCost {
  const { model } = configuration;
  const { layers: L, experts: E, width: D } = model;
  const sample = sampleOf(configuration, tokens, corpus);
  const stored = L * (2 * float64 * E * E + listed * (2 * E + Math.min(D, E) + 6));
  const { tokens: computed, flops } = passes(checkpoints * sample.computed, model);
  // Two Gram matrices, and about ten sweeps of the one-sided Jacobi method over all pairs of columns.
  const algebra = L * (4 * D * E * E + 10 * 5 * D * E * E);
  return {
    tokens: computed,
    flops: flops + checkpoints * algebra,
    memory: forwardMemory(configuration) + 2 * float32 * L * D * E + 2 * float64 * D * E + stored,
    storedBytes: checkpoints * stored,
  };
}

function lensCost(configuration: RunConfiguration): StudyCost {
  const { model } = configuration;
  const { context: T, layers: L, active: K } = model;
  const stored = T * (2 * listedToken + float64 + L * K * (float32 + float64));
  const single = { ...configuration, training: { ...configuration.training, batch: 1 } };
  return { ...passes(T, model), memory: forwardMemory(single) + stored, storedBytes: stored };
}

function pruningCost(
  { settings, tokens, calibration, throughput }: PruningRequest,
  configuration: RunConfiguration,
  corpus: CorpusDescription,
): StudyCost {
  const { model, training } = configuration;
  const { layers: L, experts: E, context: T, width: D } = model;
  const sample = sampleOf(configuration, tokens, corpus);
  const evaluated = evaluatedSettings(settings);
  // The unpruned model is timed alone, then beside each that may be faster.
  const sides = evaluated.reduce(
    (sum, setting) => sum + (setting.method === 'none' ? 1 : isLessWork(setting) ? 2 : 0),
    0,
  );
  const sequences = throughput.batches.reduce((sum, batch) => sum + batch, 0);
  const timed = sides * sequences * T * (throughput.repeats + warmUpPasses);
  const learning = sampleSize({ batch: training.batch, context: T }, calibration.tokens, corpus.tokens.train);
  const calibrated = evaluated.some(isCalibrated) ? learning.tokens : 0;
  const outputs = evaluated.some(needsOutputs);
  // One batch more warms each evaluation up.
  const { tokens: computed, flops } = passes(
    evaluated.length * (sample.tokens + sample.rows * T) + calibrated + timed,
    model,
  );
  const learnt = outputs ? calibrated * forwardFlopsPerToken(model).total * (similarityFactor(model) - 1) : 0;
  const stored = float64 * (sample.batches * sample.rows + 2 * L * E) + listed * L * E + 40 * listed;
  // A copy of the parameters, pruned; activations of both sides at the largest batch, or every expert's outputs and their unit rows.
  const parameters = float32 * countParameters(model).total;
  const batch = Math.max(training.batch, ...throughput.batches);
  const activations = forwardMemory({ ...configuration, training: { ...training, batch } }) - parameters;
  const everyOutput = outputs ? float32 * training.batch * T * E * 2 * D + 2 * float64 * L * E * E : 0;
  return {
    tokens: computed,
    flops: flops + learnt,
    memory: 2 * parameters + Math.max(2 * activations, activations + everyOutput) + stored,
    storedBytes: evaluated.length * stored,
  };
}

const sampleOf = ({ model, training }: RunConfiguration, tokens: number, corpus: CorpusDescription): SampleSize =>
  sampleSize({ batch: training.batch, context: model.context }, tokens, corpus.tokens.validation);

const passes = (tokens: number, model: ModelConfiguration) => ({
  tokens,
  flops: tokens * forwardFlopsPerToken(model).total,
});

/**
 * Bytes of a forward pass of one batch: the parameters, the residual stream and one layer's work, and the logits with what is
 * made of them. Checkpoints follow each other in the same memory.
 */
export function forwardMemory({ model, training }: RunConfiguration): number {
  const { vocabulary: V, width: D, heads: H, context: T, experts: E, active: K, expertWidth: F } = model;
  const N = training.batch * T;
  const layer = 13 * D + 2 * H * T + K * (3 * D + 4 * F) + 2 * E;
  return float32 * (countParameters(model).total + N * (layer + 3 * V));
}
