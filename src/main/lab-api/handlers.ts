// What answers each call of api.ts, by the lab alone: no transport, no screen.
import { randomUUID } from 'node:crypto';
import { alertKind } from '../../shared/alerts.ts';
import type { About, ApiEvent, ApiHandlers, RunSummary } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import type { EngineReport } from '../../shared/worker-messages.ts';
import { dependencyText } from '../lab/dependency-text.ts';
import { checkpointsOf, compare, type Lab } from '../lab/index.ts';
import type { RunRow } from '../store/index.ts';
import { Line } from './in-turn.ts';
import { machineLoad } from './machine-load.ts';
import { cells } from './matrix.ts';
import { manySeries } from './metric-series.ts';
import { pageComparison } from './page-comparison.ts';
import { type OpenPrinter, reportHandlers } from './reports.ts';
import { readSettings, writeSettings } from './settings.ts';
import type { Summaries } from './summaries.ts';

export interface HandlerContext {
  lab: Lab;
  about: About;
  summaries: Summaries;
  dialogs: ApiHandlers['dialogs'];
  printer: OpenPrinter;
  emit(event: ApiEvent): void;
}

export function handlersOver({ lab, about, summaries, dialogs, printer, emit }: HandlerContext): ApiHandlers {
  const { store } = lab;
  const { home } = store.paths;
  let engines: EngineReport[] | null = null;
  const summary = (run: RunRow) => summaries.of(run);
  const each = (runs: readonly string[], act: (run: string) => RunRow): RunSummary[] =>
    [...new Set(runs)].map((run) => summary(act(run)));
  const started = (run: RunRow, start = false) => summary(start ? lab.start(run.id) : run);

  // How many processes of a kind all pages together have at once. Runs and studies have the queue; inspections and imports of curves
  // count for themselves.
  const lines = {
    corpora: new Line(2),
    engines: new Line(),
    models: new Line(2),
    bundles: new Line(),
    reports: new Line(),
  };

  return {
    about: { get: () => about, load: machineLoad() },
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
      series: ({ runs, ...request }) => manySeries(store, runs, request),
    },
    evaluations: {
      list: ({ run, after = -1 }) => store.evaluations.list(run).filter(({ evaluation }) => evaluation.step > after),
      losses: ({ runs }) =>
        runs.map((run) => ({
          run,
          dataHash: store.segments.list(run)[0]?.start?.dataHash ?? null,
          losses: store.evaluations.losses(run),
        })),
    },
    checkpoints: {
      list: ({ run, inherited }) =>
        inherited ? checkpointsOf(store, store.runs.get(run)) : store.checkpoints.list(run),
      removable: () => lab.removableCheckpoints(),
      purge: () => lab.purgeCheckpoints(),
    },
    events: {
      list: ({ run }) => store.events.list(run),
      alerts: ({ runs }) => runs.flatMap((run) => store.events.list(run).filter(({ kind }) => kind === alertKind)),
    },
    comparison: { get: ({ runs, ...options }) => pageComparison(compare(store, runs, options)) },
    estimate: { get: ({ configuration }) => lab.estimate(configuration) },
    corpora: {
      list: () => store.corpora.list(),
      add: lines.corpora.inTurn((corpus, signal) => lab.addCorpus(corpus, signal)),
      addDependencyText: lines.corpora.inTurn(({ tokenizer }, signal) =>
        lab.addCorpus(dependencyText(tokenizer), signal),
      ),
    },
    engines: {
      list: () => engines,
      probe: lines.engines.inTurn(async ({ measure }, signal) => {
        engines = await lab.engines({ measure, signal });
        return engines;
      }),
      async setUpTensorflow({ gpu }, signal) {
        const done = await lab.setUpTensorflow({ gpu, signal });
        engines = null;
        return done;
      },
      async removeTensorflow(_, signal) {
        const done = await lab.removeTensorflow(signal);
        engines = null;
        return done;
      },
    },
    studies: {
      list: ({ runs }) => store.studies.list(runs === undefined ? {} : { runs }),
      parts({ study }) {
        const damaged = store.studies.damagedParts(study);
        if (damaged.length > 0) {
          // Told without being stored: started again, the study measures them again, and then it is not so any more.
          emit({ type: 'study', study: { ...store.studies.get(study), message: damaged.join(' ') } });
        }
        return store.studies.parts(study);
      },
      estimate: ({ request }) => lab.studies.estimate(request),
      start: ({ request }) => lab.studies.start(request),
      stop: ({ study }) => lab.studies.stop(study),
      remove({ study }) {
        lab.studies.remove(study);
        return null;
      },
    },
    inspections: {
      open: ({ paths }) => lab.inspections.open(paths),
      next: ({ inspection }, signal) => lab.inspections.next(inspection, signal),
      close({ inspection }) {
        lab.inspections.close(inspection);
        return null;
      },
      tensor: ({ paths, name }, signal) => lab.inspections.tensor(paths, name, signal),
      upload: (piece) => lab.inspections.upload(piece),
      recent: () => lab.inspections.recent(),
      exportModel: lines.models.inTurn(({ run, ...request }, signal) => lab.exportModel(run, request, signal)),
      importModel: lines.models.inTurn(async (request, signal) => {
        const { run, notes } = await lab.importModel(request, signal);
        return { run: summary(run), notes };
      }),
    },
    imports: {
      look: ({ path }, signal) => lab.imports.look(path, signal),
      bundle: lines.bundles.inTurn(({ path }, signal) => lab.imports.bundle(path, signal)),
      curves: async ({ path, choice }, signal) => (await lab.imports.curves(path, choice, signal)).curves,
      list: () => store.importedCurves.list(),
      points: ({ curves, resolution }) =>
        curves.map((curve) => ({ curve, ...store.importedCurves.points(curve, { resolution }) })),
      rename: ({ curve, name }) => lab.imports.rename(curve, name),
      remove({ curve }) {
        lab.imports.remove(curve);
        return null;
      },
    },
    settings: {
      get: () => readSettings(home),
      set({ concurrency, engine, retention }) {
        const before = readSettings(home);
        const settings = {
          concurrency: concurrency ?? before.concurrency,
          engine: engine ?? before.engine,
          retention: retention ?? before.retention,
        };
        writeSettings(home, settings);
        lab.setConcurrency(settings.concurrency);
        lab.setRetention(settings.retention);
        emit({ type: 'settings', settings });
        return settings;
      },
    },
    reports: reportHandlers({ store, dialogs, printer, line: lines.reports }),
    dialogs,
  };
}
