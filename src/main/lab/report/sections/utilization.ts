// Which experts the validation tokens use: unique experts (Figure 2 of 2506.14038), use within a sequence, and the load of each.
import type { Block } from '../document.ts';
import type { ReportSource } from '../source.ts';
import { mean, overTraining } from './over-training.ts';

/** Maps of more groups make a page of nothing but cells. */
const mostMaps = 8;

export function utilization({ groups, comparison }: ReportSource): Block[] {
  const most = Math.max(...comparison.runs.map(({ configuration }) => configuration.model.experts));
  const figures = [
    overTraining(groups, {
      id: 'unique-experts',
      title: 'Unique experts',
      caption: 'Experts that any validation token was routed to, mean over layers (as Figure 2 of arXiv 2506.14038).',
      y: { label: `experts, of ${most} a layer` },
      read: ({ routing }) => routing && mean(routing.uniqueExperts),
    }),
    overTraining(groups, {
      id: 'sequence-utilization',
      title: 'Experts used within a sequence',
      caption: 'SEU: share of the experts that one sequence uses, averaged over sequences and layers.',
      y: { label: 'share of the experts' },
      read: ({ routing }) => routing && mean(routing.sequenceExpertUtilization),
    }),
  ];
  const there: Block[] = figures.filter((figure) => figure !== null);
  if (there.length === 0) return [{ kind: 'paragraph', text: 'No evaluation has routing measures.' }];
  return [...there, ...loadMaps({ groups, comparison })];
}

function loadMaps({ groups, comparison }: Pick<ReportSource, 'groups' | 'comparison'>): Block[] {
  const shown = groups.slice(0, mostMaps);
  const rows = shown.flatMap(({ label, colour, runs }) => {
    const routed = runs[0]!.evaluations.filter(({ routing }) => routing);
    const maps = routed.map(({ step, routing }) => ({ label: `step ${step}`, counts: routing!.counts }));
    return maps.length > 0 ? [{ label, colour, maps }] : [];
  });
  if (rows.length === 0) return [];
  const models = comparison.runs.map(({ configuration }) => configuration.model);
  const seeds = shown.some(({ runs }) => runs.length > 1) ? ' Of several seeds, the first.' : '';
  const left =
    groups.length > shown.length ? ` The maps of ${groups.length - shown.length} more groups are not drawn.` : '';
  return [
    {
      kind: 'figure',
      id: 'load-maps',
      title: 'Which expert does the work',
      caption: `The load of every expert (across) in every layer (down), in multiples of the mean load on the validation tokens, at steps from the first to the last.${seeds}${left}`,
      description: '',
      width: 'double',
      chart: { kind: 'load-maps', rows, most: Math.max(...models.map(({ experts, active }) => experts / active)) },
    },
  ];
}
