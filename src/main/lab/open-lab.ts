// Opens a lab on its home folder: store, queue, workers.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  checkCorpus,
  checkFork,
  estimateRun,
  forkName,
  parseConfiguration,
  type RunConfiguration,
} from '../../shared/config/index.ts';
import { LabError } from '../../shared/errors.ts';
import { keepAll } from '../../shared/retention.ts';
import type { EngineReport } from '../../shared/worker-messages.ts';
import { type Job, lastWordsText, nodeWorkers, readerFile, startJob } from '../compute/index.ts';
import {
  type CorpusRow,
  type ExperimentRow,
  isTemporary,
  openStore,
  type RecoveredRun,
  type RunRow,
  type Store,
  soundRun,
} from '../store/index.ts';
import { type RunContext, startRun } from './active-run.ts';
import { becoming } from './become.ts';
import { purge, removable } from './checkpoints/purge.ts';
import { addCorpus, findCorpus, removeUnfinished } from './corpora.ts';
import type { LabEvent } from './events.ts';
import { forkPoint } from './fork.ts';
import { importsOver } from './imports/index.ts';
import type { Lab, LabOptions } from './index.ts';
import { inspectionsOver } from './inspections/index.ts';
import { exportModel, importModel, removeUnfinishedImports } from './inspections/models.ts';
import { temporaryFolderAt } from './inspections/temporary-folder.ts';
import { LateWrites } from './late-writes.ts';
import { Queue, type Task } from './queue.ts';
import { startStudy } from './studies/active-study.ts';
import { studiesOver } from './studies/index.ts';
import { tensorflowSetUp } from './tensorflow.ts';
import { shown } from './text.ts';

/** @throws LabError 'store' when another lab has this home open, or its file is not one of a lab */
export function openLab(options: LabOptions): Lab {
  const { home, cores = availableParallelism(), launch = nodeWorkers(), concurrency = 1, limits } = options;
  const { store, recovered } = recoveredStore(home);
  const listeners = new Set<(event: LabEvent) => void>(options.onEvent ? [options.onEvent] : []);
  const emit = (event: LabEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const jobs = new Set<Job>();
  const track = (job: Job) => {
    jobs.add(job);
    void job.ended.then(() => jobs.delete(job));
  };
  const trackUntil = (signal?: AbortSignal) => (job: Job) => {
    track(job);
    const stop = () => job.stop();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    void job.ended.then(() => signal?.removeEventListener('abort', stop));
  };
  const queue = new Queue(concurrency, { passes: isTemporary });
  const late = new LateWrites();
  let { retention = keepAll } = options;
  const isActive = (run: string) => queue.active(run) !== undefined;
  const context = (): RunContext => {
    const threads = Math.max(1, Math.floor(cores / queue.concurrency));
    return { store, launch, emit, late, threads, retention: () => retention, ...(limits && { limits }) };
  };
  const told = (run: RunRow) => {
    emit({ type: 'run', run });
    return run;
  };
  const become = becoming({ late, rows: store.runs, told });
  const runTask = (id: string): Task => ({
    id,
    placed: (queuePosition) => void become(id, { queuePosition }),
    start() {
      // What an earlier life of it has left to write comes first.
      late.settle();
      return startRun(soundRun(store, id), context());
    },
    delayed({ message, remedy = '' }) {
      const text = `It waits to be started: ${message} ${remedy}`.trim();
      emit({ type: 'note', run: id, step: null, kind: 'waiting', message: `${text} It starts by itself then.` });
    },
    refused({ message, remedy = 'Start it again.' }) {
      const text = `It could not be started: ${message} ${remedy}`;
      emit({ type: 'note', run: id, step: null, kind: 'failed', message: text });
    },
  });
  /** Resolves when an event says that the run or study of this id has changed. */
  const changed = (id: string) =>
    new Promise<void>((resolve) => {
      const listener = (event: LabEvent) => {
        const of = event.type === 'run' ? event.run.id : event.type === 'study' ? event.study.id : null;
        if (of !== id && !(event.type === 'study-removed' && event.study === id)) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
    });
  const studies = studiesOver({
    store,
    queue,
    emit,
    changed,
    late,
    startStudy: (study) => startStudy(study, context()),
  });

  const { launchReader = nodeWorkers(readerFile()) } = options;
  const inspections = inspectionsOver({
    launch,
    launchReader,
    recentFile: join(store.paths.home, 'inspected.json'),
    temporary: temporaryFolderAt(join(store.paths.home, 'temporary')),
    store,
    ...(limits && { limits }),
  });
  const imports = importsOver({ store, launch, launchReader, emit, trackUntil, ...(limits && { limits }) });
  const models = (signal?: AbortSignal) => ({
    ...{ store, launch, emit, checked, track: trackUntil(signal) },
    ...(limits && { limits }),
  });

  const tensorflow = tensorflowSetUp(emit, options.setUpProgram);

  const toldOf = (experiment: ExperimentRow) => {
    emit({ type: 'experiment', experiment });
    return experiment;
  };
  const refuseActive = ({ id, name }: RunRow) => {
    if (!queue.active(id)) return;
    throw new LabError('request', `The run ${shown(name)} is being carried out and cannot be removed.`, {
      remedy: 'Stop it first.',
    });
  };

  /** A configuration that holds, with the corpus that it names; a run's own is `kept`, whatever is called so by now. */
  function checked(
    value: unknown,
    kept?: RunRow,
  ): { configuration: RunConfiguration; corpus: CorpusRow['description'] } {
    const configuration = parseConfiguration(value);
    const same = kept?.configuration.corpus === configuration.corpus;
    const { description } = same ? store.corpora.get(kept.corpusHash) : findCorpus(store, configuration.corpus);
    const { vocabulary, tokens } = description;
    checkCorpus(configuration, { vocabulary, trainTokens: tokens.train, validationTokens: tokens.validation });
    return { configuration, corpus: description };
  }

  const lab: Lab = {
    store,
    recovered,
    studies,
    inspections,
    imports,

    createExperiment: (experiment) => toldOf(store.experiments.create(experiment)),
    renameExperiment: (id, name) => toldOf(store.experiments.rename(id, name)),
    annotateExperiment: (id, annotation) => toldOf(store.experiments.annotate(id, annotation)),
    removeExperiment(id) {
      const runs = store.runs.list({ experiment: id });
      for (const run of runs) refuseActive(run);
      for (const run of runs) {
        studies.release(run);
        queue.remove(run.id);
      }
      return toldOf(store.experiments.setRemoved(id, true));
    },
    restoreExperiment: (id) => toldOf(store.experiments.setRemoved(id, false)),

    createRun({ experiment, seedGroup, ...request }) {
      const { configuration, corpus } = checked(request.configuration);
      const { name } = configuration;
      const group = seedGroup && { seedGroup };
      return told(store.runs.create({ experiment, name, configuration, corpusHash: corpus.hash, ...group }));
    },
    renameRun: (id, name) => told(store.runs.rename(id, name)),
    annotateRun: (id, annotation) => told(store.runs.annotate(id, annotation)),
    removeRun(id) {
      const run = store.runs.get(id);
      refuseActive(run);
      studies.release(run);
      queue.remove(id);
      return told(store.runs.setRemoved(id, true));
    },
    restoreRun: (id) => told(store.runs.setRemoved(id, false)),
    estimate(value) {
      const { configuration, corpus } = checked(value);
      return estimateRun(configuration, corpus.tokens.validation);
    },

    start(id, { before } = {}) {
      const run = store.runs.get(id);
      if (run.status === 'completed') {
        throw new LabError(
          'request',
          `The run ${shown(run.name)} is complete, at step ${run.configuration.training.steps}.`,
          {
            remedy: `To train on, give it more steps: simbal resume ${id} --steps ${2 * run.configuration.training.steps}.`,
          },
        );
      }
      if (queue.active(id)) {
        throw new LabError('request', `The run ${shown(run.name)} is being carried out already.`, {
          remedy: 'Wait for it, or pause it first.',
        });
      }
      become(id, { status: 'queued' });
      queue.add(runTask(id), before);
      return store.runs.get(id);
    },
    resumeQueue() {
      const left = [
        ...store.runs.list({ status: 'queued' }).map((run) => ({ ...run, task: runTask(run.id) })),
        ...store.studies.list({ status: ['queued'] }).map((study) => ({ ...study, task: studies.task(study.id) })),
      ].filter(({ queuePosition }) => queuePosition !== null);
      for (const { task } of left.sort((a, b) => a.queuePosition! - b.queuePosition!)) queue.add(task);
    },
    setConcurrency: (runs) => queue.setConcurrency(runs),
    setRetention(wanted) {
      retention = wanted;
    },
    pause(id) {
      queue.active(id)?.pause();
      // One that waits to go on is what it was before: paused.
      if (queue.remove(id) && store.segments.list(id).length > 0) return become(id, { status: 'paused' });
      return store.runs.get(id);
    },
    stop(id) {
      const active = queue.active(id);
      const { status } = store.runs.get(id);
      active?.stop();
      // While the store cannot be written it does not know yet that this one waits.
      const waited = queue.remove(id);
      if (!active && (waited || status === 'queued' || status === 'paused')) return become(id, { status: 'stopped' });
      return store.runs.get(id);
    },

    fork(id, { step, configuration: value, name, experiment } = {}) {
      const run = store.runs.get(id);
      const checkpoint = forkPoint(store, run, step);
      const { configuration, corpus } = checked(value ?? run.configuration, run);
      checkFork(configuration, run.configuration, checkpoint.step);
      return told(
        store.runs.create({
          experiment: experiment ?? run.experiment,
          name: name ?? forkName(run, checkpoint.step, configuration),
          configuration,
          corpusHash: corpus.hash,
          seedGroup: run.seedGroup,
          parent: { run: id, step: checkpoint.step },
        }),
      );
    },
    continueTo(id, steps) {
      const { configuration, name } = store.runs.get(id);
      const { training } = configuration;
      const { step } = store.checkpoints.newest(id) ?? { step: 0 };
      if (steps <= step) {
        throw new LabError(
          'request',
          `The run ${shown(name)} is at step ${step} already and cannot go on to ${steps}.`,
          {
            field: 'steps',
            value: String(steps),
            remedy: `Give more than ${step} steps.`,
          },
        );
      }
      const longer = { ...configuration, training: { ...training, steps } };
      return lab.fork(id, { configuration: longer, name: `${name}, to step ${steps}` });
    },
    async ended(id) {
      for (;;) {
        const active = queue.active(id);
        if (active) await active.ended;
        else if (queue.waits(id)) await changed(id);
        else return store.runs.get(id);
      }
    },

    removableCheckpoints: () => removable(store, isActive),
    purgeCheckpoints: () => purge(store, isActive),

    exportModel: (id, request, signal) => exportModel(models(signal), store.runs.get(id), request),
    importModel: (request, signal) => importModel(models(signal), request),

    addCorpus: (corpus, signal) =>
      addCorpus(corpus, { store, launch, emit, track: trackUntil(signal), ...(limits && { limits }) }),
    async engines({ measure, signal }) {
      const command = { type: 'probe', job: { measure, threads: cores } } as const;
      const job = startJob({ launch, command, onEvent: () => {}, ...(limits && { limits }) });
      trackUntil(signal)(job);
      return enginesOf(await job.ended);
    },

    setUpTensorflow: ({ gpu, signal }) => tensorflow.run(gpu ? ['--gpu'] : [], signal),
    removeTensorflow: (signal) => tensorflow.run(['--remove'], signal),

    async close(hurry) {
      const stop = () => queue.stop();
      for (const job of jobs) job.stop();
      const closed = queue.close();
      if (hurry?.aborted) stop();
      hurry?.addEventListener('abort', stop, { once: true });
      await Promise.all([
        closed,
        inspections.end(),
        imports.end(),
        tensorflow.end(),
        ...[...jobs].map(({ ended }) => ended),
      ]);
      hurry?.removeEventListener('abort', stop);
      late.close();
      store.close();
    },
  };

  return lab;
}

/** The store of a home, put right after a lab that was killed. Where that fails, the home is free for the next attempt. */
function recoveredStore(home: string): { store: Store; recovered: RecoveredRun[] } {
  const store = openStore(home);
  try {
    const recovered = store.recover();
    removeUnfinished(store.paths);
    removeUnfinishedImports(store.paths);
    return { store, recovered };
  } catch (thrown) {
    store.close();
    throw thrown;
  }
}

function enginesOf(end: Awaited<Job['ended']>): EngineReport[] {
  if (end.kind === 'done' && end.event.type === 'engines') return end.event.engines;
  if (end.kind === 'done' && end.event.type === 'failed') throw LabError.fromJSON(end.event.error);
  if (end.kind === 'refused') throw end.error;
  const what = end.kind === 'crashed' ? `${end.reason}.${lastWordsText(end.lastWords)}` : 'was stopped.';
  throw new LabError('worker', `The worker that tried the engines ${what}`, {
    remedy:
      'Try again; if it happens again, train with --engine reference to see whether the machine can run anything.',
  });
}
