// One evaluation: validation loss, where the validation tokens were routed, and PES. The samples are fixed by the
// corpus, the batch and the context, so every evaluation of every such run sees the same tokens.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Evaluation, SimilarityMeasures } from '../../shared/worker-messages.ts';
import { validationBatches } from '../data/batches.ts';
import type { Compiled } from '../engine/engine.ts';
import { SimilarityAverage } from '../measures/similarity-average.ts';
import { firstTokens } from '../programs/first-tokens.ts';
import { DomainLosses } from './domain-losses.ts';
import { RoutingAverage } from './routing-average.ts';
import type { TrainingContext } from './training-state.ts';

type Measured = Pick<Evaluation, 'loss' | 'perplexity' | 'evaluatedTokens' | 'domains' | 'routing' | 'similarity'>;

/**
 * Evaluates the engine's present parameters; with PES where `withSimilarity`, in a mixture.
 * @returns null where `pause` came between two of its batches: half an evaluation measures nothing
 */
export async function evaluate(
  context: TrainingContext,
  withSimilarity: boolean,
  pause: AbortSignal,
): Promise<Measured | null> {
  const { engine, configuration, corpus, programs, bias } = context;
  const { model, evaluation } = configuration;
  const losses = new DomainLosses(corpus.domains);
  const routing = model.kind === 'moe' ? new RoutingAverage(model.layers, model.experts) : null;
  for (const { tokens, targets, domains, rows } of sample(context, evaluation.tokens)) {
    if (await isPaused(pause)) return null;
    const { nll, chosen, entropy } = await programs.evaluate.run({ tokens, targets, ...(bias && { bias }) });
    losses.add(nll!.data, domains);
    const counted = rows * model.context;
    routing?.add(firstTokens(chosen!, counted) as Int32Array, rows, firstTokens(entropy!, counted));
  }
  const program = withSimilarity ? programs.similarity : null;
  const pairs = program && (await similarity(context, program, pause));
  if (program && !pairs) return null;
  return {
    ...losses.measures(),
    routing: routing && (await routing.measures((layer) => engine.download('parameter', `layers.${layer}.router`))),
    similarity: pairs,
  };
}

async function similarity(
  context: TrainingContext,
  program: Compiled,
  pause: AbortSignal,
): Promise<SimilarityMeasures | null> {
  const { configuration, bias } = context;
  const { model, evaluation } = configuration;
  const average = new SimilarityAverage(model.layers, model.experts);
  for (const { tokens, rows } of sample(context, evaluation.similarityTokens)) {
    if (await isPaused(pause)) return null;
    const counted = new Float32Array(tokens.length).fill(1, 0, rows * model.context);
    const { pairs, perToken } = await program.run({ tokens, counted, ...(bias && { bias }) });
    average.add(pairs!.data, firstTokens(perToken!, rows * model.context));
  }
  return average.measures();
}

/** Messages to this process, a pause among them, are heard between two batches. */
async function isPaused(pause: AbortSignal): Promise<boolean> {
  await nextTurn();
  return pause.aborted;
}

const sample = ({ corpus, configuration: { model, training } }: TrainingContext, tokens: number) =>
  validationBatches(corpus, { batch: training.batch, context: model.context, tokens });
