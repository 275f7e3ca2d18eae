// The runs in numbers: a row for each group of seeds with N and mean ± interval, and, where there are seeds, a row for each run.
import { grouped, significant } from '../../../../charts/index.ts';
import type { ComparedRun } from '../../comparison/compare.ts';
import type { Block, Cell, Column, Quantity } from '../document.ts';
import { missing, quantity, single } from '../quantity.ts';
import type { DrawnGroup, ReportSource } from '../source.ts';
import { comparisonTable } from '../table.ts';

interface Measure extends Column {
  read: (run: ComparedRun) => number | null | undefined;
  format?: (value: number) => string;
}

const right = 'right' as const;

const measures: readonly Measure[] = [
  {
    label: 'loss',
    explanation: 'validation cross-entropy, nats a token, at the newest evaluation',
    align: right,
    read: ({ final }) => final?.loss,
  },
  { label: 'perplexity', explanation: 'its exponential', align: right, read: ({ final }) => final?.perplexity },
  {
    label: 'experts used',
    explanation: 'experts that any validation token was routed to, mean over layers',
    align: right,
    read: ({ final }) => final?.routing?.uniqueExperts,
    format: (value) => grouped(value, 1),
  },
  {
    label: 'MaxVio',
    explanation: 'largest load over mean load, less 1, mean over layers; 0 is perfect balance',
    align: right,
    read: ({ final }) => final?.routing?.maxViolation,
    format: (value) => significant(value, 3),
  },
  {
    label: 'Min PES',
    explanation: 'pairwise expert similarity in the layer where it is lowest; lower is less redundant',
    align: right,
    read: ({ final }) => final?.minimumSimilarity,
    format: (value) => significant(value, 3),
  },
  {
    label: 'tokens/s',
    explanation: 'training tokens a second as measured; other programs on the machine slow it',
    align: right,
    read: ({ progress }) => progress?.tokensPerSecond,
    format: (value) => grouped(value),
  },
];

export function runs(source: ReportSource): Block[] {
  const { groups, comparison } = source;
  const several = groups.some(({ all }) => all.length > 1);
  const blocks: Block[] = [groupTable(source)];
  if (several) blocks.push(runTable(source));
  else if (comparison.runs.length > 1) blocks.push(equalLossTable(source));
  return blocks;
}

function groupTable({ groups, comparison }: ReportSource): Block {
  const shown = measures.filter(({ read }) => comparison.runs.some((run) => Number.isFinite(read(run))));
  return {
    kind: 'table',
    id: 'groups',
    title: 'Groups of runs',
    columns: [
      { label: 'objective', align: 'left', explanation: 'runs that differ in nothing but their seeds are one group' },
      {
        label: 'N',
        align: right,
        explanation: 'runs that its numbers are of: the complete ones, else the one that is furthest',
      },
      ...shown.map(({ label, explanation, align }) => ({ label, align, ...(explanation && { explanation }) })),
    ],
    rows: groups.map((group): Cell[] => [
      group.label,
      counted(group),
      ...shown.map(({ read, format }) => quantity(group.runs.map(read), format)),
    ]),
    note: groups.some((group) => group.runs.length > 2)
      ? 'Mean ± half width of the 95% t interval over N runs; without ± where N is less than 3.'
      : 'N runs each; an interval needs at least three.',
  };
}

function counted({ runs, all }: DrawnGroup): Quantity {
  const there = runs.filter(({ final }) => final).length;
  const text = there === all.length ? String(there) : `${there} of ${all.length}`;
  return { text, value: there, low: null, high: null, count: 1 };
}

function runTable({ comparison, labels }: ReportSource): Block {
  return {
    kind: 'table',
    id: 'runs',
    title: 'Every run',
    columns: [
      { label: 'run', align: 'left' },
      { label: 'seeds', align: right, explanation: 'of the parameters and of the order of the data' },
      { label: 'status', align: 'left' },
      { label: 'step', align: right, explanation: 'of the newest evaluation' },
      { label: 'loss', align: right },
      { label: 'perplexity', align: right },
    ],
    rows: comparison.runs.map((run, index): Cell[] => [
      labels[index]!,
      seedsText(run),
      run.status,
      single(run.final?.step, (value) => grouped(value)),
      single(run.final?.loss),
      single(run.final?.perplexity),
    ]),
  };
}

/** Of the parameters and of the order of the data, once where they are equal. */
export const seedsText = ({ configuration: { seeds } }: Pick<ComparedRun, 'configuration'>): string =>
  seeds.init === seeds.data ? String(seeds.init) : `${seeds.init} and ${seeds.data}`;

/** Tokens to the final losses of the baselines, for single runs. */
function equalLossTable({ comparison }: ReportSource): Block {
  const [names, ...columns] = comparisonTable(comparison);
  const shown = columns.filter(({ label }) => label.startsWith('to '));
  return {
    kind: 'table',
    id: 'equal-loss',
    title: 'Tokens to equal loss',
    columns: [
      { label: 'run', align: 'left' },
      ...shown.map(({ label, explanation }) => ({ label, explanation, align: right })),
    ],
    rows: names!.values.map((name, row) => [name, ...shown.map(({ values }) => values[row] ?? missing)]),
  };
}
