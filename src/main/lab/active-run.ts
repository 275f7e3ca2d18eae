// A run while it is being carried out: its worker, its record, and the status it ends in.
import { join } from 'node:path';
import {
  type Crash,
  type JobLimits,
  type LaunchWorker,
  lastWordsText,
  startTraining,
  type TrainingEnd,
} from '../compute/index.ts';
import type { RunRow, RunStatus, SegmentOutcome, Store } from '../store/index.ts';
import { corpusFolder } from './corpora.ts';
import type { Emit } from './events.ts';
import { Recorder } from './recorder.ts';

export interface RunContext {
  store: Store;
  launch: LaunchWorker;
  emit: Emit;
  threads: number;
  limits?: JobLimits;
}

export interface ActiveRun {
  pid(): number | undefined;
  pause(): void;
  /** Ends for good, with a checkpoint when the worker manages one in time. */
  stop(): void;
  /** Does not reject. */
  readonly ended: Promise<void>;
}

export function startRun(run: RunRow, { store, launch, emit, threads, limits }: RunContext): ActiveRun {
  const recorder = new Recorder(store, run.id, emit);
  let wanted: 'running' | 'paused' | 'stopped' = 'running';
  const setStatus = (status: RunStatus, message: string | null = null) =>
    emit({ type: 'run', run: store.runs.setStatus(run.id, status, message) });

  setStatus('running');
  const training = startTraining({
    launch,
    job: {
      run: run.id,
      configuration: run.configuration,
      corpus: corpusFolder(store.paths, run.corpusHash),
      checkpoints: join(store.paths.checkpoints, run.id),
      resume: checkpointToResume(store, run)?.folder ?? null,
      threads: run.configuration.engine.threads || threads,
    },
    onEvent: (event) => recorder.record(event),
    async onCrash(crash, restarting) {
      await recorder.end('interrupted');
      const checkpoint = store.checkpoints.newest(run.id);
      const next = restarting ? 'It is started again' : 'It is not started again';
      const beginning = run.parent ? `from step ${run.parent.step} of ${run.parent.run}` : 'from the start of the run';
      const from = checkpoint ? `from the checkpoint of step ${checkpoint.step}` : beginning;
      await recorder.note(recorder.step, 'crash', `${crashText(crash)} ${next}${restarting ? ` ${from}` : ''}.`);
      return checkpoint;
    },
    ...(limits && { limits }),
  });

  async function conclude(end: TrainingEnd): Promise<void> {
    await recorder.end(segmentOutcome(end, wanted));
    const [status, message] = conclusion(end, wanted === 'stopped', safety(store, run, recorder.step));
    if (end.outcome === 'failed') await recorder.note(recorder.step, 'failed', message!);
    await recorder.patiently(() => setStatus(status, message));
  }

  return {
    pid: training.pid,
    pause() {
      if (wanted !== 'running') return;
      wanted = 'paused';
      setStatus('pausing');
      training.pause();
    },
    stop() {
      if (wanted === 'running') setStatus('pausing');
      wanted = 'stopped';
      recorder.giveUp();
      training.stop();
    },
    // What cannot be written even now is put right by recover() when the store is opened again.
    ended: training.ended.then(conclude).catch((thrown) => {
      emit({
        type: 'note',
        run: run.id,
        step: recorder.step,
        kind: 'failed',
        message: String(thrown.message ?? thrown),
      });
    }),
  };
}

/** The newest checkpoint of the run, or the one that it was forked from. */
export function checkpointToResume(store: Pick<Store, 'checkpoints'>, { id, parent }: RunRow) {
  const own = store.checkpoints.newest(id);
  if (own || !parent) return own;
  return store.checkpoints.list(parent.run).findLast(({ step }) => step === parent.step) ?? null;
}

function segmentOutcome({ outcome }: TrainingEnd, wanted: string): SegmentOutcome {
  return outcome === 'paused' && wanted === 'stopped' ? 'stopped' : outcome;
}

function conclusion(end: TrainingEnd, stopped: boolean, safe: string): [RunStatus, string | null] {
  switch (end.outcome) {
    case 'completed':
      return ['completed', null];
    case 'paused':
      return stopped ? ['stopped', safe] : ['paused', null];
    case 'stopped':
      return ['stopped', `It was ended before it could write a checkpoint. ${safe}`];
    case 'interrupted':
      return ['paused', `${crashText(end.crash)} ${safe}`];
    case 'failed': {
      const { message, remedy = 'Resume the run to go on from there.' } = end.error;
      return ['failed', `${message} ${safe} ${remedy}`];
    }
  }
}

const crashText = ({ reason, lastWords }: Crash) => `The worker ${reason}.${lastWordsText(lastWords)}`;

/** What is not lost, in one sentence. */
function safety(store: Store, { id, parent }: RunRow, step: number): string {
  const checkpoint = store.checkpoints.newest(id);
  if (!checkpoint && parent) {
    return `There is no checkpoint of its own yet: it begins again at step ${parent.step} of ${parent.run} when it is resumed.`;
  }
  if (!checkpoint) return 'There is no checkpoint yet: it starts anew when it is resumed.';
  const metrics = step > checkpoint.step ? ` and the metrics up to step ${step}` : '';
  return `The checkpoint of step ${checkpoint.step}${metrics} ${metrics ? 'are' : 'is'} safe.`;
}
