// What a person can do about the experiments and runs of a pretended lab.
import type { ApiEvent, ApiHandlers, ExperimentRow, RunStatus, RunSummary } from '../shared/api.ts';
import { objectiveLabel } from '../shared/config/objectives.ts';
import type { RunConfiguration } from '../shared/config/schema.ts';
import type { FakeRecords } from './fake-records.testing.ts';

/** @param tell the page of a change */
export function fakeRuns(
  records: FakeRecords,
  tell: (event: ApiEvent) => void,
): Pick<ApiHandlers, 'experiments' | 'runs' | 'undo'> {
  const summaries = () =>
    [...records.runs.values()].map(({ summary }) => summary).filter(({ removed }) => removed === null);
  const edit = (id: string, change: Partial<RunSummary>) => {
    const run = records.find(id);
    run.summary = { ...run.summary, ...change };
    tell({ type: 'run', run: run.summary });
    return run.summary;
  };
  const setStatus = (ids: readonly string[], status: RunStatus): RunSummary[] =>
    ids.map((id) => edit(id, { status, queuePosition: status === 'queued' ? records.number() : null }));
  const editExperiment = (id: string, change: Partial<ExperimentRow>) => {
    const experiment = records.experiments.find((one) => one.id === id)!;
    Object.assign(experiment, change);
    tell({ type: 'experiment', experiment: { ...experiment } });
    return { ...experiment };
  };
  const remove = (ids: string[]) => {
    for (const id of ids) edit(id, { removed: new Date().toISOString() });
    return { experiments: [], runs: ids };
  };
  return {
    experiments: {
      list: () => records.experiments.map((one) => ({ ...one })),
      create: ({ name }) => {
        const experiment = records.addExperiment(name);
        tell({ type: 'experiment', experiment });
        return experiment;
      },
      rename: ({ experiment, name }) => editExperiment(experiment, { name }),
      annotate: ({ experiment, ...change }) => editExperiment(experiment, change as Partial<ExperimentRow>),
      remove: ({ experiment }) => {
        const runs = summaries()
          .filter((run) => run.experiment === experiment)
          .map(({ id }) => id);
        editExperiment(experiment, { removed: new Date().toISOString() });
        return { ...remove(runs), experiments: [experiment] };
      },
    },
    runs: {
      list: () => summaries(),
      get: ({ run }) => records.find(run).summary,
      segments: () => [],
      create: ({ experiment, configuration, objectives, seeds, start }) =>
        objectives.flatMap((objective) =>
          seeds.map((seed) => {
            const name = `${objectiveLabel(objective)}, seed ${seed}`;
            const whole = {
              ...(configuration as RunConfiguration),
              objective,
              name,
              seeds: { init: seed, data: seed },
            };
            const { summary } = records.keep(experiment, whole, 'queued', 0);
            if (start) summary.queuePosition = records.number();
            tell({ type: 'run', run: summary });
            return summary;
          }),
        ),
      start: ({ runs }) => setStatus(runs, 'queued'),
      pause: ({ runs }) => setStatus(runs, 'paused'),
      stop: ({ runs }) => setStatus(runs, 'stopped'),
      reorder: ({ run, before }) =>
        edit(run, {
          queuePosition: before ? records.find(before).summary.queuePosition! - 0.5 : records.number(),
        }),
      fork: ({ run }) =>
        records.keep(records.find(run).summary.experiment, records.find(run).summary.configuration, 'queued', 0)
          .summary,
      continueTo: ({ run }) => records.find(run).summary,
      again: ({ run }) =>
        records.keep(records.find(run).summary.experiment, records.find(run).summary.configuration, 'queued', 0)
          .summary,
      rename: ({ run, name }) => edit(run, { name }),
      annotate: ({ run, note, tags }) => edit(run, { ...(note !== undefined && { note }), ...(tags && { tags }) }),
      remove: ({ runs }) => remove(runs),
    },
    undo: {
      restore: ({ experiments, runs }) => {
        for (const id of experiments) editExperiment(id, { removed: null });
        for (const id of runs) edit(id, { removed: null });
        return null;
      },
    },
  };
}
