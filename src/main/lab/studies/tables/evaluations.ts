// The figures of the paper as long tables, from the evaluations that training made: loss, experts used, PES by layer, its rates
// of change, balance by layer, and speed-up to equal loss.
import { coefficientOfVariation, loadRange } from '../../../../shared/load-spread.ts';
import { ratesOfChange } from '../../../../shared/rate-of-change.ts';
import { lossReadingNames, lossReadings, readLosses, speedUpCurve } from '../../../../shared/speed-up/index.ts';
import { mean } from '../../../../shared/statistics/index.ts';
import type { Evaluation, RoutingMeasures } from '../../../../shared/worker-messages.ts';
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
      name: 'balance',
      head: [...runHead, 'step', 'tokens', 'layer', ...balanceColumns.map(({ name }) => name)],
      rows: runs.flatMap((run) => run.evaluations.flatMap((evaluation) => balanceRows(run, evaluation))),
    },
    {
      name: 'speed-up',
      head: [
        ...runHead,
        'against',
        'evaluations read as',
        'loss',
        'tokens',
        'tokens of the other',
        'share of tokens',
        'share of seconds',
      ],
      rows: runs.flatMap((run) => runs.flatMap((other) => (other === run ? [] : speedUpRows(run, other)))),
    },
  ];
}

type BalanceColumn = { name: string; read: (routing: RoutingMeasures, layer: number) => number };
const ofLoads =
  (read: (loads: readonly number[]) => number): BalanceColumn['read'] =>
  ({ counts }, layer) =>
    read(counts[layer]!);
const overMean = (value: number, loads: readonly number[]) => value / mean(loads);

/** Of one layer. */
const balanceColumns: readonly BalanceColumn[] = [
  { name: 'unique experts', read: ({ uniqueExperts }, layer) => uniqueExperts[layer]! },
  { name: 'dead experts', read: ofLoads((loads) => loadRange(loads).dead) },
  { name: 'SEU', read: ({ sequenceExpertUtilization }, layer) => sequenceExpertUtilization[layer]! },
  { name: 'entropy in nats', read: ({ entropy }, layer) => entropy[layer]! },
  { name: 'MaxVio', read: ({ maxViolation }, layer) => maxViolation[layer]! },
  { name: 'Gini', read: ({ gini }, layer) => gini[layer]! },
  { name: 'CV', read: ofLoads(coefficientOfVariation) },
  { name: 'least load over mean', read: ofLoads((loads) => overMean(loadRange(loads).minimum, loads)) },
  { name: 'largest load over mean', read: ofLoads((loads) => overMean(loadRange(loads).maximum, loads)) },
  { name: 'mean square of RᵀR − I', read: (routing, layer) => routing.orthogonalityMeanSquare[layer]! },
  { name: 'L1 of RᵀR − I', read: ({ orthogonalityL1 }, layer) => orthogonalityL1[layer]! },
];

const balanceRows = ({ id, name }: ComparedRun, { step, tokens, routing }: Evaluation) =>
  (routing?.counts ?? []).map((_, layer) => [
    id,
    name,
    step,
    tokens,
    layer,
    ...balanceColumns.map(({ read }) => read(routing!, layer)),
  ]);

/** At every loss that both reach, on evaluations as they are and smoothed. */
const speedUpRows = (run: ComparedRun, other: ComparedRun) =>
  lossReadings.flatMap((reading) =>
    speedUpCurve(readLosses(other.evaluations, reading), readLosses(run.evaluations, reading)).map(
      ({ loss, faster, slower, tokenRatio, secondRatio }) => [
        run.id,
        run.name,
        other.id,
        lossReadingNames[reading],
        loss,
        faster.tokens,
        slower.tokens,
        tokenRatio,
        secondRatio,
      ],
    ),
  );

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
