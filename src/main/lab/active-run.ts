// A run while it is being carried out: its worker, its record, and the status it ends in.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { Retention } from '../../shared/retention.ts';
import type { CheckpointRecord } from '../../shared/worker-messages.ts';
import {
  type Crash,
  type JobLimits,
  type LaunchWorker,
  lastWordsText,
  startTraining,
  type TrainingEnd,
} from '../compute/index.ts';
import type { RunRow, RunStatus, SegmentOutcome, Store } from '../store/index.ts';
import { retain } from './checkpoints/retain.ts';
import { corpusFolder } from './corpora.ts';
import type { Emit } from './events.ts';
import { ifWritable } from './patience.ts';
import type { Active } from './queue.ts';
import { Recorder } from './recorder.ts';

export interface RunContext {
  store: Store;
  launch: LaunchWorker;
  emit: Emit;
  threads: number;
  /** As it is set now. */
  retention(): Retention;
  limits?: JobLimits;
}

/** Stopped, it ends with a checkpoint when the worker manages one in time. */
export function startRun(run: RunRow, { store, launch, emit, threads, limits, retention }: RunContext): Active {
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
      const origin = run.parent ? `from step ${run.parent.step} of ${run.parent.run}` : 'from the start of the run';
      const from = checkpoint ? `from the checkpoint of step ${checkpoint.step}` : origin;
      await recorder.note(recorder.step, 'crash', `${crashText(crash)} ${next}${restarting ? ` ${from}` : ''}.`);
      return checkpoint;
    },
    ...(limits && { limits }),
  });

  async function conclude(end: TrainingEnd): Promise<void> {
    await recorder.end(segmentOutcome(end, wanted));
    const error = end.outcome === 'failed' ? end.error : null;
    const [status, message] = conclusion(end, wanted === 'stopped', safety(store, run, recorder.step, error));
    if (end.outcome === 'failed') {
      await recorder.failed(end.error);
      await recorder.note(recorder.step, 'failed', message!);
    }
    await recorder.patience.write(() => setStatus(status, message));
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

/** @throws LabError 'checkpoint' where the one that it was forked from is gone: it would start from the seeds without a word */
function beginning(store: Store, run: RunRow) {
  const checkpoint = checkpointToResume(store, run);
  if (checkpoint || !run.parent) return checkpoint;
  const { step, run: origin } = run.parent;
  throw new LabError('checkpoint', `It begins at step ${step} of ${origin}, whose checkpoint is there no longer.`, {
    field: 'parent',
    value: origin,
    remedy: 'Fork that run at a step whose checkpoint it still has.',
  });
}

function segmentOutcome({ outcome }: TrainingEnd, wanted: string): SegmentOutcome {
  return outcome === 'paused' && wanted === 'stopped' ? 'stopped' : outcome;
}

function conclusion(end: TrainingEnd, stopped: boolean, safe: Safety): [RunStatus, string | null] {
  switch (end.outcome) {
    case 'completed':
      return ['completed', null];
    case 'paused':
      return stopped ? ['stopped', safe.text] : ['paused', null];
    case 'stopped':
      return ['stopped', `It was ended before it could write a checkpoint. ${safe.text}`];
    case 'interrupted':
      return ['paused', `${crashText(end.crash)} ${safe.text}`];
    case 'failed': {
      const { message, remedy = safe.remedy } = end.error;
      return ['failed', `${message} ${safe.text} ${remedy}`];
    }
  }
}

const crashText = ({ reason, lastWords }: Crash) => `The worker ${reason}.${lastWordsText(lastWords)}`;

/** What is not lost as far as it is known, and what can be done with it. */
interface Safety {
  text: string;
  remedy: string;
}

function safety(store: Store, { id, parent }: RunRow, step: number, error: LabError | null): Safety {
  const [checkpoint, ...earlier] = store.checkpoints.list(id).reverse();
  const resume = 'Resume the run to go on from there.';
  if (!checkpoint && parent) {
    const text = `There is no checkpoint of its own yet: it begins again at step ${parent.step} of ${parent.run} when it is resumed.`;
    return { text, remedy: resume };
  }
  if (!checkpoint) return { text: 'There is no checkpoint yet: it starts anew when it is resumed.', remedy: resume };
  if (isSound(checkpoint, error)) {
    const metrics = step > checkpoint.step ? ` and the metrics up to step ${step}` : '';
    return {
      text: `The checkpoint of step ${checkpoint.step}${metrics} ${metrics ? 'are' : 'is'} safe.`,
      remedy: resume,
    };
  }
  const lost = `The metrics are safe, but the run cannot go on from its checkpoint of step ${checkpoint.step}.`;
  const sound = earlier.find((other) => isSound(other, error));
  return sound
    ? { text: `${lost} That of step ${sound.step} is there.`, remedy: `Fork the run at step ${sound.step}.` }
    : { text: `${lost} There is no other.`, remedy: 'Train the run again.' };
}

/** Whether its files are there in the size they were written, and the error does not speak of them. Their content is not read. */
function isSound({ folder, hashes, bytes }: CheckpointRecord, error: LabError | null): boolean {
  if (error?.code === 'checkpoint' && error.message.includes(folder)) return false;
  try {
    return Object.keys(hashes).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) === bytes;
  } catch {
    return false;
  }
}
