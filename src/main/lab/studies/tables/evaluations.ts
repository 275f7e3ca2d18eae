// The figures of the paper as long tables, from the evaluations that training made: loss, experts used, PES by layer, its rates
// of change, and speed-up to equal loss.
import { ratesOfChange } from '../../../../shared/rate-of-change.ts';
import { mean } from '../../../../shared/statistics/index.ts';
import type { Evaluation } from '../../../../shared/worker-messages.ts';
import type { ComparedRun, Comparison } from '../../comparison/compare.ts';
import { summaryOf } from '../../comparison/measures.ts';
import { type DataTable, runHead } from './data-table.ts';

export interface EvaluationRates {
  evaluation: Evaluation;
  /** Per training token, against the evaluation before that measured it too; null where there is none. */
  meanSimilarityRate: number | null;
  minimumSimilarityRate: number | null;
  similarityRates: (number | null)[];
}

/** A run's evaluations with the rates at which PES moves. */
export function evaluationRates({ evaluations }: Pick<ComparedRun, 'evaluations'>): EvaluationRates[] {
  const measured = evaluations.filter(({ similarity }) => similarity !== null);
  const rates = (read: (similarity: NonNullable<Evaluation['similarity']>) => number) => {
    const points = measured.map(({ tokens, similarity }) => ({ tokens, value: read(similarity!) }));
    const all = ratesOfChange(points);
    return new Map(measured.map((evaluation, index) => [evaluation, all[index]!]));
  };
  const average = rates(({ pes }) => mean(pes));
  const minimum = rates((similarity) => similarity.minimum);
  const layers = (measured[0]?.similarity?.pes ?? []).map((_, layer) => rates(({ pes }) => pes[layer]!));
  return evaluations.map((evaluation) => ({
    evaluation,
    meanSimilarityRate: average.get(evaluation) ?? null,
    minimumSimilarityRate: minimum.get(evaluation) ?? null,
    similarityRates: layers.map((layer) => layer.get(evaluation) ?? null),
  }));
}

export function evaluationTables({ runs }: Comparison): DataTable[] {
  const head = ['step', 'tokens', 'seconds', 'loss', 'perplexity', 'experts used', 'experts used in any layer'];
  const measures = ['mean PES', 'Min PES', 'rate of mean PES per token', 'rate of Min PES per token'];
  return [
    {
      name: 'evaluations',
      head: [...runHead, ...head, ...measures],
      rows: runs.flatMap((run) => evaluationRates(run).map((rates) => evaluationRow(run, rates))),
    },
    {
      name: 'pes-by-layer',
      head: [...runHead, 'step', 'tokens', 'layer', 'PES', 'standard error', 'rate per token'],
      rows: runs.flatMap((run) => evaluationRates(run).flatMap((rates) => layerRows(run, rates))),
    },
    {
      name: 'speed-up',
      head: [...runHead, 'against', 'loss', 'tokens', 'tokens of the other', 'share of tokens', 'share of seconds'],
      rows: runs.flatMap(({ id, name, speedUps }) =>
        speedUps.flatMap(({ baseline, curve }) =>
          curve.map(({ loss, faster, slower, tokenRatio, secondRatio }) => [
            id,
            name,
            baseline,
            loss,
            faster.tokens,
            slower.tokens,
            tokenRatio,
            secondRatio,
          ]),
        ),
      ),
    },
  ];
}

function evaluationRow(
  { id, name }: ComparedRun,
  { evaluation, meanSimilarityRate, minimumSimilarityRate }: EvaluationRates,
) {
  const { step, tokens, seconds, loss, perplexity, routing, minimumSimilarity } = summaryOf(evaluation);
  return [
    id,
    name,
    step,
    tokens,
    seconds,
    loss,
    perplexity,
    routing?.uniqueExperts,
    evaluation.routing?.uniqueExpertsPooled,
    evaluation.similarity && mean(evaluation.similarity.pes),
    minimumSimilarity,
    meanSimilarityRate,
    minimumSimilarityRate,
  ];
}

function layerRows({ id, name }: ComparedRun, { evaluation, similarityRates }: EvaluationRates) {
  const { step, tokens, similarity } = evaluation;
  return (similarity?.pes ?? []).map((pes, layer) => [
    id,
    name,
    step,
    tokens,
    layer,
    pes,
    similarity!.standardError[layer],
    similarityRates[layer],
  ]);
}
