// What was trained: the configuration of the first run, and every field in which the others differ.
import { abbreviated, grouped } from '../../../../charts/index.ts';
import { fields, objectiveText, type RunConfiguration } from '../../../../shared/config/index.ts';
import { valueAt } from '../../comparison/configuration-differences.ts';
import { plain } from '../../text.ts';
import type { Block } from '../document.ts';
import type { ReportSource } from '../source.ts';

/** More columns than these do not fit a page: then a row a run. */
const mostColumns = 6;

export function configuration({ comparison, labels }: ReportSource): Block[] {
  const { runs, differences } = comparison;
  const [first] = runs;
  const { model, training, evaluation, objective } = first!.configuration;
  const started = runs.find(({ start }) => start)?.start;
  const experts =
    model.kind === 'dense'
      ? `dense, FFN of width ${model.expertWidth}`
      : `${model.experts} experts of width ${model.expertWidth}, ${model.active} active`;
  const rows: [string, string][] = [
    [
      'model',
      `${model.layers} layers, width ${model.width}, ${model.heads} heads, context ${model.context}; ${experts}`,
    ],
    [
      'parameters',
      started
        ? `${abbreviated(started.parameters.total)}, of them ${abbreviated(started.parameters.active)} active`
        : '',
    ],
    ['objective', objectiveText(objective)],
    [
      'training',
      `${grouped(training.steps)} steps of ${grouped(training.batch * training.accumulate)} sequences, AdamW, peak learning rate ${training.learningRate}, ${grouped(training.warmupSteps)} steps of warm-up`,
    ],
    ['evaluation', `every ${grouped(evaluation.every)} steps on ${grouped(evaluation.tokens)} validation tokens`],
  ];
  const blocks: Block[] = [];
  if (runs.length > 1)
    blocks.push({
      kind: 'paragraph',
      text: `As ${labels[0]} has it; what the others have otherwise is below.`,
      tone: 'quiet',
    });
  blocks.push({ kind: 'facts', rows: rows.filter(([, text]) => text !== '') });
  if (differences.length > 0) blocks.push(differing(differences, labels));
  blocks.push(everyField(first!.configuration));
  return blocks;
}

function differing(differences: ReportSource['comparison']['differences'], labels: readonly string[]): Block {
  const left = 'left' as const;
  const title = 'Differences between the runs';
  if (labels.length <= mostColumns) {
    return {
      kind: 'table',
      id: 'differences',
      title,
      columns: [{ label: 'field', align: left }, ...labels.map((label) => ({ label, align: left }))],
      rows: differences.map(({ field, values }) => [field, ...values.map((value) => plain(value))]),
    };
  }
  return {
    kind: 'table',
    id: 'differences',
    title,
    columns: [{ label: 'run', align: left }, ...differences.map(({ field }) => ({ label: field, align: left }))],
    rows: labels.map((label, run) => [label, ...differences.map(({ values }) => plain(values[run]!))]),
  };
}

/** As one would type them with --set. */
function everyField(configuration: RunConfiguration): Block {
  const shown = fields.filter(({ path }) => path !== 'name' && path !== 'corpus');
  return {
    kind: 'table',
    id: 'configuration',
    title: 'Every field of the configuration',
    columns: [
      { label: 'field', align: 'left' },
      { label: 'value', align: 'left' },
      { label: 'meaning', align: 'left' },
    ],
    rows: shown.map(({ path, description }) => [path, plain(String(valueAt(configuration, path))), description]),
  };
}
