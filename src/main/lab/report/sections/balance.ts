// Balance of the load in numbers, at the newest evaluation, over seeds.
import { grouped, loads, significant } from '../../../../charts/index.ts';
import type { RoutingMeasures } from '../../../../shared/worker-messages.ts';
import type { Block, Column } from '../document.ts';
import { quantity } from '../quantity.ts';
import type { ReportSource } from '../source.ts';
import { mean, overTraining } from './over-training.ts';

interface Measure extends Column {
  read: (routing: RoutingMeasures) => number;
  format: (value: number) => string;
}

const three = (value: number) => significant(value, 3);
const measure = (label: string, explanation: string, read: Measure['read'], format = three): Measure => ({
  label,
  explanation,
  align: 'right',
  read,
  format,
});

const measures: readonly Measure[] = [
  measure(
    'unique',
    'unique experts, mean over layers',
    (routing) => mean(routing.uniqueExperts),
    (value) => grouped(value, 1),
  ),
  measure('dead', 'dead experts, all layers together', dead, (value) => grouped(value, 1)),
  measure('SEU', 'sequence expert utilization, mean over layers', (routing) => mean(routing.sequenceExpertUtilization)),
  measure('entropy', 'of the router’s softmax, nats, mean over layers', (routing) => mean(routing.entropy)),
  measure('MaxVio', 'largest load over mean load, less 1, mean over layers', (routing) => mean(routing.maxViolation)),
  measure('Gini', 'inequality of the loads, mean over layers', (routing) => mean(routing.gini)),
  measure('least load', 'of any expert of any layer, in multiples of the mean', (routing) =>
    Math.min(...routing.counts.flatMap(loads)),
  ),
  measure('mean (RᵀR − I)²', 'router orthogonality, mean over layers', (routing) =>
    mean(routing.orthogonalityMeanSquare),
  ),
];

export function balance({ groups }: ReportSource): Block[] {
  const last = groups.map(({ runs }) =>
    runs.flatMap(({ evaluations }) => evaluations.findLast(({ routing }) => routing)?.routing ?? []),
  );
  if (last.every((routings) => routings.length === 0)) {
    return [{ kind: 'paragraph', text: 'No evaluation has routing measures.' }];
  }
  const figures = [
    overTraining(groups, {
      id: 'max-violation',
      title: 'MaxVio over training',
      caption: 'Largest load over mean load, less 1, mean over layers; 0 is perfect balance.',
      y: { label: 'MaxVio (mean over layers)', zero: true },
      read: ({ routing }) => routing && mean(routing.maxViolation),
    }),
    overTraining(groups, {
      id: 'orthogonality',
      title: 'Router orthogonality over training',
      caption: 'Mean of the entries of (RᵀR − I)², over layers; lower is closer to orthonormal.',
      y: { label: 'mean (RᵀR − I)²', scale: 'log' },
      read: ({ routing }) => routing && mean(routing.orthogonalityMeanSquare),
    }),
  ];
  return [
    {
      kind: 'table',
      id: 'balance',
      title: 'Balance at the newest evaluation',
      columns: [
        { label: 'objective', align: 'left' },
        { label: 'N', align: 'right' },
        ...measures.map(({ label, explanation, align }) => ({ label, align, explanation: explanation! })),
      ],
      rows: groups.map(({ label }, index) => [
        label,
        { text: String(last[index]!.length), value: last[index]!.length, low: null, high: null, count: 1 },
        ...measures.map(({ read, format }) => quantity(last[index]!.map(read), format)),
      ]),
      note: 'On the validation tokens. Mean ± half width of the 95% t interval from three runs on.',
    },
    ...figures.filter((figure) => figure !== null),
  ];
}

function dead({ counts }: RoutingMeasures): number {
  return counts.flat().filter((count) => count === 0).length;
}
