// The figures of the paper in words, from the evaluations that training made.
import { abbreviated, grouped, significant } from '../../../charts/index.ts';
import type { ComparedRun, Comparison } from '../../../shared/comparison.ts';
import { coefficientOfVariation } from '../../../shared/load-spread.ts';
import { mean } from '../../../shared/statistics/index.ts';
import { baselines, equalLossAgainst, equalLossText } from '../../lab/comparison/equal-loss-text.ts';
import { type EvaluationRates, evaluationRates } from '../../lab/studies/tables/index.ts';
import { plain } from '../../lab/text.ts';
import { textTable } from '../text-table.ts';
import { number, sampled, titled } from './text-parts.ts';

/** Rates of change are shown for so many tokens. */
const million = 1e6;
const mostRows = 8;

export function evaluationsText(comparison: Comparison, labels: ReadonlyMap<string, string>): string {
  const label = (id: string) => plain(labels.get(id) ?? id, 40);
  const blocks = comparison.runs.map((run) => runText(run, label(run.id)));
  return [...blocks, ...speedUpText(comparison, label)].join('\n');
}

function runText(run: ComparedRun, label: string): string {
  const all = evaluationRates(run);
  if (all.length === 0) return `${label}: not evaluated yet.\n`;
  const rows = sampled(all, mostRows);
  const rate = (value: number | null) => number(value === null ? null : value * million);
  const column = (name: string, read: (one: EvaluationRates) => string) => ({ label: name, values: rows.map(read) });
  const left = all.length > rows.length ? `, ${rows.length} of ${all.length} shown` : '';
  const table = textTable([
    column('step', ({ evaluation }) => grouped(evaluation.step)),
    column('tokens', ({ evaluation }) => abbreviated(evaluation.tokens)),
    column('loss', ({ evaluation }) => number(evaluation.loss, 4)),
    column('experts used', ({ evaluation: { routing } }) => (routing ? grouped(mean(routing.uniqueExperts), 1) : '–')),
    column('mean PES', ({ evaluation: { similarity } }) => number(similarity && mean(similarity.pes))),
    column('its rate', ({ meanSimilarityRate }) => rate(meanSimilarityRate)),
    column('Min PES', ({ evaluation: { similarity } }) => number(similarity?.minimum)),
    column('its rate', ({ minimumSimilarityRate }) => rate(minimumSimilarityRate)),
  ]);
  return `${titled(`${label}: evaluations${left}; rates of change per million tokens`)}${table}${layersText(all)}${balanceText(all)}`;
}

/** PES of every layer at the newest evaluation that measured it. */
function layersText(all: readonly EvaluationRates[]): string {
  const newest = all.findLast(({ evaluation }) => evaluation.similarity !== null);
  if (!newest) return '';
  const { step, similarity } = newest.evaluation;
  return `\n${textTable([
    { label: `at step ${grouped(step)}`, align: 'left', values: ['PES', 'rate'] },
    ...similarity!.pes.map((pes, layer) => {
      const rate = newest.similarityRates[layer];
      return {
        label: `layer ${layer}`,
        values: [significant(pes, 3), rate == null ? '–' : significant(rate * million, 3)],
      };
    }),
  ])}`;
}

/** The paper's table of balance, layer by layer, at the newest evaluation. */
function balanceText(all: readonly EvaluationRates[]): string {
  const newest = all.findLast(({ evaluation }) => evaluation.routing !== null)?.evaluation;
  if (!newest) return '';
  const { routing, step } = newest;
  const column = (label: string, values: readonly number[]) => ({
    label,
    values: [...values, mean(values)].map((value) => number(value)),
  });
  const layers = routing!.counts.map((_, layer) => `layer ${layer}`);
  return `\n${textTable([
    { label: `at step ${grouped(step)}`, align: 'left', values: [...layers, 'mean'] },
    column('experts used', routing!.uniqueExperts),
    column('SEU', routing!.sequenceExpertUtilization),
    column('entropy (nats)', routing!.entropy),
    column('mean (RᵀR − I)²', routing!.orthogonalityMeanSquare),
    column('‖RᵀR − I‖₁', routing!.orthogonalityL1),
    column('MaxVio', routing!.maxViolation),
    column('Gini', routing!.gini),
    column('CV', routing!.counts.map(coefficientOfVariation)),
  ])}`;
}

function speedUpText({ runs }: Comparison, label: (id: string) => string): string[] {
  const measured = runs.filter(({ evaluations }) => evaluations.length > 0);
  if (measured.length < 2) return [];
  const against = baselines(measured);
  const table = textTable([
    { label: 'run', align: 'left', values: measured.map(({ id }) => label(id)) },
    ...against.map((baseline) => ({
      label: `to ${label(baseline.id)}’s loss`,
      values: measured.map((run) => (run === baseline ? '–' : equalLossText(equalLossAgainst(run, baseline.id)))),
    })),
  ]);
  return [`${titled('Speed-up to equal loss')}${table}`];
}
