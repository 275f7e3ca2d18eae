// Everything that a report shows, as plain tables: the points of every figure, the cells of every table, and every evaluation.
// CSV has a file for each; Parquet has the same rows with their types.

import { type Cell as CsvCell, csvLine } from '../../../charts/csv.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import { summaryOf } from '../comparison/measures.ts';
import { type FigureBlock, figuresOf, type ReportDocument, type TableBlock, tablesOf } from './document.ts';
import type { ReportSource } from './source.ts';

export interface DataTable {
  /** Of its file, without an extension. */
  name: string;
  columns: DataColumn[];
}

export type DataColumn =
  | { name: string; type: 'text'; values: (string | null)[] }
  | { name: string; type: 'number'; values: (number | null)[] };

export function csvOf({ columns }: DataTable): string {
  const rows = columns[0]?.values.length ?? 0;
  const lines = [csvLine(columns.map(({ name }) => name))];
  for (let row = 0; row < rows; row += 1) lines.push(csvLine(columns.map(({ values }): CsvCell => values[row])));
  return lines.join('');
}

/** A row for each point of each figure. */
export function pointsTable(report: ReportDocument): DataTable {
  const rows = figuresOf(report).flatMap(figureRows);
  return tableOf('points', rows, {
    text: ['figure', 'title', 'curve', 'look', 'x_label', 'y_label'],
    number: ['x', 'y', 'low', 'high'],
  });
}

/** The same of one figure alone. */
export function figureTable(figure: FigureBlock): DataTable {
  return tableOf(`figure-${figure.id}`, figureRows(figure), {
    text: ['curve', 'look', 'x_label', 'y_label'],
    number: ['x', 'y', 'low', 'high'],
  });
}

type Row = Record<string, string | number | null>;

function figureRows({ id, title, chart }: FigureBlock): Row[] {
  if (chart.kind === 'load-maps') {
    return chart.rows.flatMap(({ label, maps }) =>
      maps.flatMap((map) =>
        (map.counts ?? []).flatMap((layer, index) =>
          layer.map((count, expert) => ({
            figure: id,
            title,
            curve: `${label}, ${map.label}, layer ${index}`,
            look: 'map',
            x_label: 'expert',
            y_label: 'routed slots',
            x: expert,
            y: count,
            low: null,
            high: null,
          })),
        ),
      ),
    );
  }
  return chart.series.flatMap(({ label, points, band = [], faint }) => {
    const intervals = new Map(band.map(([at, low, high]) => [at, [low, high] as const]));
    return points.map(([x, y]) => ({
      figure: id,
      title,
      curve: label,
      look: faint ? 'behind' : 'measured',
      x_label: chart.x.label,
      y_label: chart.y.label,
      x,
      y,
      low: intervals.get(x)?.[0] ?? null,
      high: intervals.get(x)?.[1] ?? null,
    }));
  });
}

/** A row for each cell of each table. */
export function cellsTable(report: ReportDocument): DataTable {
  const rows = tablesOf(report).flatMap(({ id, title, columns, rows }) =>
    rows.flatMap((cells, row) =>
      cells.map((cell, column): Row => {
        const place = { table: id, title, row, column: columns[column]!.label };
        if (typeof cell === 'string') return { ...place, text: cell, value: null, low: null, high: null, count: null };
        return { ...place, ...cell };
      }),
    ),
  );
  return tableOf('tables', rows, {
    text: ['table', 'title', 'column', 'text'],
    number: ['row', 'value', 'low', 'high', 'count'],
  });
}

/** One table as it is shown: a column of numbers has its interval beside it. */
export function shownTable({ id, columns, rows }: TableBlock): DataTable {
  const made = columns.flatMap(({ label }, column): DataColumn[] => {
    const cells = rows.map((row) => row[column]!);
    if (cells.every((cell) => typeof cell === 'string'))
      return [{ name: label, type: 'text', values: cells as string[] }];
    const quantities = cells.map((cell) => (typeof cell === 'string' ? null : cell));
    const values: DataColumn[] = [
      { name: label, type: 'number', values: quantities.map((cell) => cell?.value ?? null) },
    ];
    if (quantities.some((cell) => cell?.low != null)) {
      values.push(
        { name: `${label} (low 95%)`, type: 'number', values: quantities.map((cell) => cell?.low ?? null) },
        { name: `${label} (high 95%)`, type: 'number', values: quantities.map((cell) => cell?.high ?? null) },
      );
    }
    return values;
  });
  return { name: `table-${id}`, columns: made };
}

const evaluationNumbers: Record<string, (evaluation: Evaluation) => number | null | undefined> = {
  step: ({ step }) => step,
  tokens: ({ tokens }) => tokens,
  seconds: ({ seconds }) => seconds,
  loss: ({ loss }) => loss,
  perplexity: ({ perplexity }) => perplexity,
  evaluated_tokens: ({ evaluatedTokens }) => evaluatedTokens,
  unique_experts: (one) => summaryOf(one).routing?.uniqueExperts,
  sequence_expert_utilization: (one) => summaryOf(one).routing?.sequenceExpertUtilization,
  routing_entropy: (one) => summaryOf(one).routing?.entropy,
  max_violation: (one) => summaryOf(one).routing?.maxViolation,
  gini: (one) => summaryOf(one).routing?.gini,
  orthogonality: (one) => summaryOf(one).routing?.orthogonality,
  minimum_pes: ({ similarity }) => similarity?.minimum,
};

/** A row for each evaluation of each run; measures of layers as their mean. */
export function evaluationsTable({ comparison, labels }: ReportSource): DataTable {
  const all = comparison.runs.flatMap((run, index) =>
    run.evaluations.map((evaluation) => ({ run, label: labels[index]!, evaluation })),
  );
  const text = (name: string, read: (one: (typeof all)[number]) => string): DataColumn => ({
    name,
    type: 'text',
    values: all.map(read),
  });
  const number = (name: string, read: (one: (typeof all)[number]) => number | null | undefined): DataColumn => ({
    name,
    type: 'number',
    values: all.map((one) => read(one) ?? null),
  });
  return {
    name: 'evaluations',
    columns: [
      text('run', ({ run }) => run.id),
      text('name', ({ run }) => run.name),
      text('label', ({ label }) => label),
      text('objective', ({ run }) => run.objectiveKey),
      number('seed_init', ({ run }) => run.configuration.seeds.init),
      number('seed_data', ({ run }) => run.configuration.seeds.data),
      ...Object.entries(evaluationNumbers).map(([name, read]) => number(name, ({ evaluation }) => read(evaluation))),
    ],
  };
}

function tableOf(
  name: string,
  rows: readonly Row[],
  { text, number }: { text: string[]; number: string[] },
): DataTable {
  return {
    name,
    columns: [
      ...text.map(
        (column): DataColumn => ({ name: column, type: 'text', values: rows.map((row) => row[column] as string) }),
      ),
      ...number.map(
        (column): DataColumn => ({
          name: column,
          type: 'number',
          values: rows.map((row) => row[column] as number | null),
        }),
      ),
    ],
  };
}
