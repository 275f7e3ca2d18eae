// The list of runs as flat rows: each experiment's head, then its runs by objective and seed. Pure.
import type { ExperimentRow, RunSummary } from '../../../shared/api.ts';

export interface Listed {
  id: string;
  summary: RunSummary;
  objective: { key: string; label: string };
}

export type ListRow<Run extends Listed> =
  | { kind: 'experiment'; key: string; experiment: ExperimentRow; runs: Run[]; folded: boolean }
  | { kind: 'run'; key: string; run: Run };

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

/** Newest experiment first. An experiment without a run that passes shows only where nothing is filtered. */
export function listRows<Run extends Listed>(
  experiments: readonly ExperimentRow[],
  runs: readonly Run[],
  filter: Filter,
  folded: ReadonlySet<string>,
): ListRow<Run>[] {
  const filtered = filter.text.trim() !== '' || filter.status !== 'all';
  const byExperiment = Map.groupBy(runs, ({ summary }) => summary.experiment);
  return experiments.toReversed().flatMap((experiment) => {
    const all = byExperiment.get(experiment.id) ?? [];
    const shown = filtered ? all.filter((run) => passes(run, experiment, filter)) : all;
    if (filtered && shown.length === 0) return [];
    const head = {
      kind: 'experiment' as const,
      key: experiment.id,
      experiment,
      runs: shown,
      folded: folded.has(experiment.id),
    };
    if (head.folded) return [head];
    return [head, ...shown.toSorted(byObjective).map((run) => ({ kind: 'run' as const, key: run.id, run }))];
  });
}

function passes({ summary, objective }: Listed, experiment: ExperimentRow, { text, status }: Filter): boolean {
  if (status !== 'all' && !statuses[status].includes(summary.status)) return false;
  const about = [summary.name, objective.label, experiment.name, ...summary.tags, ...experiment.tags, summary.id];
  const haystack = about.join('\n').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
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
