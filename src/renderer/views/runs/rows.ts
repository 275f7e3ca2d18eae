// The list of runs as flat rows: each experiment's head, then its runs by objective and seed; or all runs in one order. Pure.
import type { ExperimentRow, RunSummary } from '../../../shared/api.ts';
import { inOrder, type RunOrder } from '../../state/run-order.ts';

export interface Listed {
  id: string;
  summary: RunSummary;
  objective: { key: string; label: string };
}

export type ListRow<Run extends Listed> =
  | { kind: 'experiment'; key: string; experiment: ExperimentRow; runs: Run[]; folded: boolean }
  | { kind: 'run'; key: string; run: Run /** Where no head above tells it. */; experiment: string | null };

export interface Filter {
  text: string;
  status: 'all' | 'live' | 'waiting' | 'finished' | 'failed';
}

const statuses: Record<Exclude<Filter['status'], 'all'>, readonly RunSummary['status'][]> = {
  live: ['running', 'pausing'],
  waiting: ['queued', 'paused'],
  finished: ['completed', 'stopped'],
  failed: ['failed'],
};

interface Look {
  filter: Filter;
  order: RunOrder;
  folded: ReadonlySet<string>;
}

/** By experiment the newest comes first, and one without a run that passes shows only where nothing is filtered. */
export function listRows<Run extends Listed>(
  experiments: readonly ExperimentRow[],
  runs: readonly Run[],
  { filter, order, folded }: Look,
): ListRow<Run>[] {
  const filtered = filter.text.trim() !== '' || filter.status !== 'all';
  const byExperiment = Map.groupBy(runs, ({ summary }) => summary.experiment);
  const groups = experiments.toReversed().flatMap((experiment) => {
    const all = byExperiment.get(experiment.id) ?? [];
    const shown = filtered ? all.filter((run) => passes(run, experiment, filter)) : all;
    return filtered && shown.length === 0 ? [] : [{ experiment, shown }];
  });
  if (order.by !== 'experiment') {
    const names = new Map(experiments.map(({ id, name }) => [id, name]));
    return inOrder(
      groups.flatMap(({ shown }) => shown),
      order,
    ).map((run) => ({ kind: 'run', key: run.id, run, experiment: names.get(run.summary.experiment) ?? null }));
  }
  return groups.flatMap(({ experiment, shown }): ListRow<Run>[] => {
    const isFolded = folded.has(experiment.id);
    const head = { kind: 'experiment' as const, key: experiment.id, experiment, runs: shown, folded: isFolded };
    if (isFolded) return [head];
    const rows = shown
      .toSorted(byObjective)
      .map((run) => ({ kind: 'run' as const, key: run.id, run, experiment: null }));
    return [head, ...rows];
  });
}

function passes({ summary, objective }: Listed, experiment: ExperimentRow, { text, status }: Filter): boolean {
  if (status !== 'all' && !statuses[status].includes(summary.status)) return false;
  const about = [summary.name, objective.label, experiment.name, ...summary.tags, ...experiment.tags];
  const haystack = about.join('\n').toLowerCase();
  return (
    text
      .toLowerCase()
      .split(/\s+/)
      // Its id means a run only where it is whole: those of one day begin alike.
      .every((word) => haystack.includes(word) || word === summary.id)
  );
}

function byObjective(a: Listed, b: Listed): number {
  const { init, data } = a.summary.configuration.seeds;
  const other = b.summary.configuration.seeds;
  return (
    a.objective.key.localeCompare(b.objective.key) ||
    init - other.init ||
    data - other.data ||
    a.summary.created.localeCompare(b.summary.created)
  );
}
