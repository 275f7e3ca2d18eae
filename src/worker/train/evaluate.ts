// One evaluation: validation loss, where the validation tokens were routed, and PES. The samples are fixed by the
// corpus, the batch and the context, so every evaluation of every such run sees the same tokens.
import type { Evaluation, SimilarityMeasures } from '../../shared/worker-messages.ts';
import { validationBatches } from '../data/batches.ts';
import type { Compiled, HostTensor } from '../engine/engine.ts';
import { SimilarityAverage } from '../measures/similarity-average.ts';
import { DomainLosses } from './domain-losses.ts';
import { RoutingAverage } from './routing-average.ts';
import type { TrainingContext } from './training-state.ts';

type Measured = Pick<Evaluation, 'loss' | 'perplexity' | 'evaluatedTokens' | 'domains' | 'routing' | 'similarity'>;

/** Evaluates the engine's present parameters; with PES where `withSimilarity`, in a mixture. */
export async function evaluate(context: TrainingContext, withSimilarity: boolean): Promise<Measured> {
  const { engine, configuration, corpus, programs, bias } = context;
  const { model, evaluation } = configuration;
  const losses = new DomainLosses(corpus.domains);
  const routing = model.kind === 'moe' ? new RoutingAverage(model.layers, model.experts) : null;
  for (const { tokens, targets, domains, rows } of sample(context, evaluation.tokens)) {
    const { nll, chosen, entropy } = await programs.evaluate.run({ tokens, targets, ...(bias && { bias }) });
    losses.add(nll!.data, domains);
    const counted = rows * model.context;
    routing?.add(firstTokens(chosen!, counted) as Int32Array, rows, firstTokens(entropy!, counted));
  }
  return {
    ...losses.measures(),
    routing: routing && (await routing.measures((layer) => engine.download('parameter', `layers.${layer}.router`))),
    similarity: withSimilarity && programs.similarity ? await similarity(context, programs.similarity) : null,
  };
}

async function similarity(context: TrainingContext, program: Compiled): Promise<SimilarityMeasures> {
  const { configuration, bias } = context;
  const { model, evaluation } = configuration;
  const average = new SimilarityAverage(model.layers, model.experts);
  for (const { tokens, rows } of sample(context, evaluation.similarityTokens)) {
    const counted = new Float32Array(tokens.length).fill(1, 0, rows * model.context);
    const { pairs, perToken } = await program.run({ tokens, counted, ...(bias && { bias }) });
    average.add(pairs!.data, firstTokens(perToken!, rows * model.context));
  }
  return average.measures();
}

const sample = ({ corpus, configuration: { model, training } }: TrainingContext, tokens: number) =>
  validationBatches(corpus, { batch: training.batch, context: model.context, tokens });

/** [L, N, …] cut to its first n tokens [L, n, …]: rows that only fill a batch up come last and do not count. */
function firstTokens({ shape, data }: HostTensor, n: number): HostTensor['data'] {
  const [layers, N] = shape as [number, number];
  if (n === N) return data;
  const stride = data.length / layers;
  const length = (stride / N) * n;
  return data.filter((_, index) => index % stride < length);
}
