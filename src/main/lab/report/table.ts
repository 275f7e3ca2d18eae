// The comparison as rows of text: the same in a terminal, in the page and in a file.
import { grouped, significant } from '../../../charts/index.ts';
import type { ComparedRun, Comparison } from '../comparison/compare.ts';
import { baselines, equalLossAgainst, equalLossText } from '../comparison/equal-loss-text.ts';
import { runLabels } from '../comparison/labels.ts';

export interface TableColumn {
  label: string;
  /** Told where there is room. */
  explanation: string;
  values: string[];
}

const missing = '–';

/** A column each; `values` in the order of the runs. The first column names them. */
export function comparisonTable({ runs }: Comparison): TableColumn[] {
  const labels = runLabels(runs);
  const column = (label: string, explanation: string, read: (run: ComparedRun) => string | null | undefined) => ({
    label,
    explanation,
    values: runs.map((run) => read(run) ?? missing),
  });
  const against = runs.length < 2 ? [] : baselines(runs);
  const all = [
    { label: 'run', explanation: 'by its balancing objective', values: labels },
    column(
      'perplexity',
      'on the validation tokens, at the newest evaluation',
      ({ final }) => final && significant(final.perplexity),
    ),
    ...against.map((baseline) => {
      const name = labels[runs.indexOf(baseline)]!;
      return column(
        `to ${name}’s loss`,
        `tokens needed to reach the final validation loss of ${name}, against the tokens that it trained on`,
        (run) => (run === baseline ? null : equalLossText(equalLossAgainst(run, baseline.id))),
      );
    }),
    column(
      'experts used',
      'experts that any validation token was routed to, mean over layers',
      ({ final }) => final?.routing && `${grouped(final.routing.uniqueExperts, 1)} of ${final.routing.experts}`,
    ),
    column(
      'Min PES',
      'pairwise expert similarity in the layer where it is lowest; lower is less redundant',
      ({ final }) => (final?.minimumSimilarity == null ? null : significant(final.minimumSimilarity, 3)),
    ),
    column(
      'orthogonality',
      'mean of the entries of (RᵀR − I)², over layers; 0 is an orthonormal router',
      ({ final }) => final?.routing && significant(final.routing.orthogonality, 3),
    ),
    column(
      'MaxVio',
      'largest load over mean load, less 1, mean over layers; 0 is perfect balance',
      ({ final }) => final?.routing && significant(final.routing.maxViolation, 3),
    ),
    column(
      'tokens/s',
      'training tokens a second as measured, evaluations not counted; other programs on the machine slow it',
      ({ progress }) =>
        progress && Number.isFinite(progress.tokensPerSecond) ? grouped(progress.tokensPerSecond) : null,
    ),
  ];
  return all.filter(({ values, label }) => label === 'run' || values.some((value) => value !== missing));
}
