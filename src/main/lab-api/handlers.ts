// What answers each call of api.ts, by the lab alone: no transport, no screen.
import { randomUUID } from 'node:crypto';
import type { About, ApiEvent, ApiHandlers, RunSummary } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import type { EngineReport } from '../../shared/worker-messages.ts';
import { compare, type Lab } from '../lab/index.ts';
import { reportPage } from '../lab/report-page.ts';
import type { RunRow } from '../store/index.ts';
import { cells } from './matrix.ts';
import { metricSeries } from './metric-series.ts';
import { readSettings, writeSettings } from './settings.ts';
import type { Summaries } from './summaries.ts';

export interface HandlerContext {
  lab: Lab;
  about: About;
  summaries: Summaries;
  dialogs: ApiHandlers['dialogs'];
  emit(event: ApiEvent): void;
}

export function handlersOver({ lab, about, summaries, dialogs, emit }: HandlerContext): ApiHandlers {
  const { store } = lab;
  const { home } = store.paths;
  let engines: EngineReport[] | null = null;
  const summary = (run: RunRow) => summaries.of(run);
  const each = (runs: readonly string[], act: (run: string) => RunRow): RunSummary[] =>
    [...new Set(runs)].map((run) => summary(act(run)));
  const started = (run: RunRow, start = false) => summary(start ? lab.start(run.id) : run);

  return {
    about: { get: () => about },
    experiments: {
      list: () => store.experiments.list(),
      create: (experiment) => lab.createExperiment(experiment),
      rename: ({ experiment, name }) => lab.renameExperiment(experiment, name),
      annotate: ({ experiment, ...annotation }) => lab.annotateExperiment(experiment, annotation),
      remove: ({ experiment }) => ({ experiments: [lab.removeExperiment(experiment).id], runs: [] }),
    },
    runs: {
      list: ({ experiment }) => summaries.list(experiment),
      get: ({ run }) => summary(store.runs.get(run)),
      segments: ({ run }) => store.segments.list(run),
      create({ experiment, start, ...matrix }) {
        const wanted = cells(matrix);
        // Nothing is made before everything is known to hold.
        store.experiments.get(experiment);
        for (const { configuration } of wanted) lab.estimate(configuration);
        const groups = matrix.objectives.map(() => randomUUID());
        const grouped = new Set(matrix.seeds).size > 1;
        const runs = wanted.map(({ configuration, row }) =>
          lab.createRun({ experiment, configuration, ...(grouped && { seedGroup: groups[row]! }) }),
        );
        return runs.map((run) => started(run, start));
      },
      start: ({ runs }) => each(runs, (run) => lab.start(run)),
      pause: ({ runs }) => each(runs, (run) => lab.pause(run)),
      stop: ({ runs }) => each(runs, (run) => lab.stop(run)),
      reorder({ run, before }) {
        const { queuePosition, name } = store.runs.get(run);
        if (queuePosition === null) {
          throw new LabError('request', `The run ${JSON.stringify(name.slice(0, 100))} does not wait in the queue.`, {
            field: 'run',
            value: run,
            remedy: 'Start it, and it waits at the end.',
          });
        }
        return summary(lab.start(run, before === null ? {} : { before }));
      },
      fork: ({ run, start, ...request }) => started(lab.fork(run, request), start),
      continueTo: ({ run, steps, start }) => started(lab.continueTo(run, steps), start),
      again({ run, start }) {
        const { experiment, configuration, name } = store.runs.get(run);
        return started(
          lab.createRun({ experiment, configuration: { ...configuration, name: `${name}, again` } }),
          start,
        );
      },
      rename: ({ run, name }) => summary(lab.renameRun(run, name)),
      annotate: ({ run, ...annotation }) => summary(lab.annotateRun(run, annotation)),
      remove({ runs }) {
        const removed: string[] = [];
        try {
          for (const run of new Set(runs)) removed.push(lab.removeRun(run).id);
        } catch (thrown) {
          for (const run of removed) lab.restoreRun(run);
          throw thrown;
        }
        return { experiments: [], runs: removed };
      },
    },
    undo: {
      restore({ experiments, runs }) {
        for (const experiment of experiments) lab.restoreExperiment(experiment);
        for (const run of runs) lab.restoreRun(run);
        return null;
      },
    },
    metrics: {
      names: ({ run }) => store.metrics.names(run),
      series: ({ runs, metrics, ...options }) => runs.flatMap((run) => metricSeries(store, run, metrics, options)),
    },
    evaluations: {
      list: ({ run, after = -1 }) => store.evaluations.list(run).filter(({ evaluation }) => evaluation.step > after),
    },
    checkpoints: { list: ({ run }) => store.checkpoints.list(run) },
    events: { list: ({ run }) => store.events.list(run) },
    comparison: { get: ({ runs, ...options }) => compare(store, runs, options) },
    estimate: { get: ({ configuration }) => lab.estimate(configuration) },
    corpora: {
      list: () => store.corpora.list(),
      add: (corpus, signal) => lab.addCorpus(corpus, signal),
    },
    engines: {
      list: () => engines,
      async probe({ measure }, signal) {
        engines = await lab.engines({ measure, signal });
        return engines;
      },
    },
    settings: {
      get: () => readSettings(home),
      set({ concurrency, engine }) {
        const before = readSettings(home);
        const settings = { concurrency: concurrency ?? before.concurrency, engine: engine ?? before.engine };
        writeSettings(home, settings);
        lab.setConcurrency(settings.concurrency);
        emit({ type: 'settings', settings });
        return settings;
      },
    },
    reports: {
      page({ runs }) {
        const again = [`simbal compare ${runs.join(' ')} --html report.html`];
        return reportPage(compare(store, runs), { made: new Date().toLocaleString('en-GB'), again });
      },
    },
    dialogs,
  };
}
