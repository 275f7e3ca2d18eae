// A training job that outlives its worker: after a crash it goes on from the newest checkpoint, a few times.
// A worker that says itself why it failed would fail again, and is not restarted.
import { LabError } from '../../shared/errors.ts';
import type { CheckpointRecord, TrainingJob, WorkerEvent } from '../../shared/worker-messages.ts';
import { type Job, type JobEnd, type JobLimits, startJob } from './job.ts';
import { lastWordsText } from './last-lines.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { LaunchWorker } from './worker-process.ts';

export type Crash = Extract<JobEnd, { kind: 'crashed' }>;

export type TrainingEnd =
  | { outcome: 'completed' | 'paused'; step: number }
  /** Told to stop. */
  | { outcome: 'stopped' }
  /** Crashed while it was pausing. */
  | { outcome: 'interrupted'; crash: Crash }
  /** `crash` where it crashed too often; else the worker, or whoever heard it, said why. */
  | { outcome: 'failed'; error: LabError; crash: Crash | null };

export interface TrainingOptions {
  launch: LaunchWorker;
  job: TrainingJob;
  onEvent(event: WorkerEvent): void | Promise<void>;
  /** Told of every crash, before a restart if there is one; answers with the checkpoint to go on from. */
  onCrash(crash: Crash, restarting: boolean): Promise<CheckpointRecord | null>;
  limits?: JobLimits;
  policy?: RestartPolicy;
}

export interface Training {
  pid(): number | undefined;
  pause(): void;
  stop(): void;
  readonly ended: Promise<TrainingEnd>;
}

export function startTraining(options: TrainingOptions): Training {
  const { policy = new RestartPolicy() } = options;
  let wanted: 'running' | 'paused' | 'stopped' = 'running';
  let resume = options.job.resume;
  let current: Job;

  const start = () => {
    const job = { ...options.job, resume };
    current = startJob({ ...options, command: { type: 'train', job } });
  };

  async function run(): Promise<TrainingEnd> {
    for (;;) {
      const end = await current.ended;
      if (end.kind === 'done') return endOf(end.event);
      if (end.kind === 'stopped') return { outcome: 'stopped' };
      if (end.kind === 'refused') return { outcome: 'failed', error: end.error, crash: null };
      const restarting = wanted === 'running' && policy.take();
      let checkpoint: CheckpointRecord | null;
      try {
        checkpoint = await options.onCrash(end, restarting);
      } catch (thrown) {
        return { outcome: 'failed', error: LabError.from(thrown), crash: end };
      }
      if (wanted !== 'running') return { outcome: 'interrupted', crash: end };
      if (!restarting) return { outcome: 'failed', error: tooOften(end, policy), crash: end };
      resume = checkpoint?.folder ?? options.job.resume;
      start();
    }
  }

  start();
  return {
    pid: () => current.pid,
    pause() {
      if (wanted === 'running') wanted = 'paused';
      current.pause();
    },
    stop() {
      wanted = 'stopped';
      current.stop();
    },
    ended: run(),
  };
}

function endOf(event: Extract<JobEnd, { kind: 'done' }>['event']): TrainingEnd {
  if (event.type === 'finished') return { outcome: event.outcome, step: event.step };
  if (event.type === 'failed') return { outcome: 'failed', error: LabError.fromJSON(event.error), crash: null };
  throw new LabError('internal', `A training worker ended with "${event.type}".`);
}

function tooOften({ reason, lastWords }: Crash, { limit, window }: RestartPolicy): LabError {
  const minutes = Math.round(window / 60_000);
  const times = `${limit + 1} times within ${minutes} minutes`;
  const message = `The worker ${reason}, ${times}.${lastWordsText(lastWords)}`;
  return new LabError('worker', message);
}
