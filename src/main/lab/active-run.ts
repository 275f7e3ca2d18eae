// A run while it is being carried out: its worker, its record, and the status it ends in.
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { type Failure, failureKind } from '../../shared/failure.ts';
import type { Retention } from '../../shared/retention.ts';
import {
  type Crash,
  type JobLimits,
  type LaunchWorker,
  lastWordsText,
  startTraining,
  type TrainingEnd,
} from '../compute/index.ts';
import {
  endSegments,
  isTemporary,
  type RunRow,
  type RunStatus,
  type SegmentOutcome,
  type Store,
} from '../store/index.ts';
import { retain } from './checkpoints/retain.ts';
import { corpusFolder } from './corpora.ts';
import type { Emit } from './events.ts';
import type { LateWrites } from './late-writes.ts';
import { ifWritable } from './patience.ts';
import type { Active } from './queue.ts';
import { Recorder } from './recorder.ts';
import { failureOf, failureText, safetyOf } from './safety.ts';
import { shown } from './text.ts';

export interface RunContext {
  store: Store;
  launch: LaunchWorker;
  emit: Emit;
  late: LateWrites;
  threads: number;
  /** As it is set now. */
  retention(): Retention;
  limits?: JobLimits;
}

/** Stopped, it ends with a checkpoint when the worker manages one in time. */
export function startRun(run: RunRow, { store, launch, emit, late, threads, limits, retention }: RunContext): Active {
  const recorder = new Recorder(store, run.id, emit);
  recorder.watch(run.configuration);
  let wanted: 'running' | 'paused' | 'stopped' = 'running';
  const setStatus = (status: RunStatus, message: string | null = null) =>
    emit({ type: 'run', run: store.runs.setStatus(run.id, status, message) });
  const setPausing = () => {
    const row = ifWritable(() => store.runs.setStatus(run.id, 'pausing'));
    emit({ type: 'run', run: row ?? { ...store.runs.get(run.id), status: 'pausing' } });
  };

  const resume = beginning(store, run)?.folder ?? null;
  setStatus('running');
  const training = startTraining({
    launch,
    job: {
      run: run.id,
      configuration: run.configuration,
      corpus: corpusFolder(store.paths, run.corpusHash),
      checkpoints: join(store.paths.checkpoints, run.id),
      resume,
      threads: run.configuration.engine.threads || threads,
    },
    async onEvent(event) {
      await recorder.record(event);
      // What cannot be taken away now is taken away after the next checkpoint.
      if (event.type === 'checkpoint') await retain(store, run.id, retention()).catch(() => {});
    },
    async onCrash(crash, restarting) {
      await recorder.end('interrupted');
      const checkpoint = store.checkpoints.newest(run.id);
      const next = restarting ? 'It is started again' : 'It is not started again';
      const origin = run.parent
        ? `from step ${run.parent.step} of ${shown(store.runs.get(run.parent.run).name)}`
        : 'from the start of the run';
      const from = checkpoint ? `from the checkpoint of step ${checkpoint.step}` : origin;
      await recorder.note(recorder.step, 'crash', `${crashText(crash)} ${next}${restarting ? ` ${from}` : ''}.`);
      return checkpoint;
    },
    ...(limits && { limits }),
  });

  const conclusionOf = (end: TrainingEnd, failure: Failure | null) =>
    conclusion(end, wanted === 'stopped', failure ?? safetyOf(store, run, recorder.step, null), failure);

  async function conclude(end: TrainingEnd): Promise<void> {
    await recorder.end(segmentOutcome(end, wanted));
    const failure = end.outcome === 'failed' ? failureOf(store, run, recorder.step, end.error) : null;
    const [status, message] = conclusionOf(end, failure);
    if (end.outcome === 'failed') {
      await recorder.failed(end.error);
      await recorder.note(recorder.step, failureKind, message!, failure);
    }
    await recorder.patience.write(() => setStatus(status, message));
  }

  /** The store could not be written and the run was stopped: how it ended is kept as soon as it can be. */
  function concludeLate(end: TrainingEnd): void {
    const [status, message] = conclusionOf(end, null);
    const outcome = segmentOutcome(end, wanted);
    const written = late.write(`end of ${run.id}`, () => {
      store.transaction(() => {
        endSegments(store, run.id, outcome);
        store.runs.setStatus(run.id, status, message);
      });
      emit({ type: 'run', run: store.runs.get(run.id) });
    });
    if (!written) emit({ type: 'run', run: { ...store.runs.get(run.id), status, message } });
  }

  function tellUnwritten(thrown: unknown): void {
    const { message } = LabError.from(thrown);
    emit({ type: 'note', run: run.id, step: recorder.step, kind: failureKind, message });
  }

  async function finish(ended: TrainingEnd): Promise<void> {
    const gaveUp = wanted === 'stopped' && ended.outcome === 'failed' && isTemporary(ended.error);
    const end: TrainingEnd = gaveUp ? { outcome: 'stopped' } : ended;
    try {
      await conclude(end);
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown;
      tellUnwritten(thrown);
      concludeLate(end);
    }
  }

  return {
    pid: training.pid,
    pause() {
      if (wanted !== 'running') return;
      wanted = 'paused';
      training.pause();
      setPausing();
    },
    stop() {
      const isFirst = wanted === 'running';
      wanted = 'stopped';
      recorder.patience.giveUp();
      training.stop();
      if (isFirst) setPausing();
    },
    // What cannot be written even late is put right by recover() when the store is opened again.
    ended: training.ended.then(finish).catch(tellUnwritten),
  };
}

/** The newest checkpoint of the run, or the one that it was forked from. */
export function checkpointToResume(store: Pick<Store, 'checkpoints'>, { id, parent }: RunRow) {
  const own = store.checkpoints.newest(id);
  if (own || !parent) return own;
  return store.checkpoints.list(parent.run).findLast(({ step }) => step === parent.step) ?? null;
}

/** @throws LabError 'checkpoint' where the one that it was forked from is gone: it would start from the seeds without a word */
function beginning(store: Store, run: RunRow) {
  const checkpoint = checkpointToResume(store, run);
  if (checkpoint || !run.parent) return checkpoint;
  const { step, run: origin } = run.parent;
  const called = shown(store.runs.get(origin).name);
  throw new LabError('checkpoint', `It begins at step ${step} of ${called}, whose checkpoint is there no longer.`, {
    field: 'parent',
    value: origin,
    remedy: 'Fork that run at a step whose checkpoint it still has.',
  });
}

function segmentOutcome({ outcome }: TrainingEnd, wanted: string): SegmentOutcome {
  return outcome === 'paused' && wanted === 'stopped' ? 'stopped' : outcome;
}

function conclusion(
  end: TrainingEnd,
  stopped: boolean,
  { safe }: Pick<Failure, 'safe'>,
  failure: Failure | null,
): [RunStatus, string | null] {
  switch (end.outcome) {
    case 'completed':
      return ['completed', null];
    case 'paused':
      return stopped ? ['stopped', safe] : ['paused', null];
    case 'stopped':
      return ['stopped', `It was ended before it could write a checkpoint. ${safe}`];
    case 'interrupted':
      return ['paused', `${crashText(end.crash)} ${safe}`];
    case 'failed':
      return ['failed', failure ? failureText(failure) : `${end.error.message} ${safe}`];
  }
}

const crashText = ({ reason, lastWords }: Crash) => `The worker ${reason}.${lastWordsText(lastWords)}`;
