// One worker process carrying out one job, watched: every way it can end becomes one of four endings.
// It restarts nothing and knows no store.
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';
import type { WorkerCommand, WorkerEvent } from '../../shared/worker-messages.ts';
import type { LaunchWorker, WorkerExit } from './worker-process.ts';

const finalTypes = [
  'finished',
  'failed',
  'corpus',
  'engines',
  'studied',
  'inspected',
  'tensor',
  'store',
  'exported',
  'imported',
  'recording',
  'bundle-preview',
  'bundle-read',
] as const;

export type FinalEvent = Extract<WorkerEvent, { type: (typeof finalTypes)[number] }>;

export type JobEnd =
  /** It said how it ended, well or not. */
  | { kind: 'done'; event: FinalEvent }
  /** It went away, or went silent and was ended. */
  | { kind: 'crashed'; reason: string; lastWords: string }
  /** It was told to stop. */
  | { kind: 'stopped' }
  /** What it reported could not be dealt with: `onEvent` threw. */
  | { kind: 'refused'; error: LabError };

export interface JobLimits {
  /** A worker without a sign of life for so long is ended. */
  silence: number;
  /** What it has to keep what it did when it is stopped, and to exit when it is done. */
  grace: number;
}

/** Milliseconds. */
export const jobLimits: JobLimits = { silence: 30_000, grace: 30_000 };

export interface JobOptions {
  launch: LaunchWorker;
  command: Extract<WorkerCommand, { job: unknown }>;
  /** Called with one event at a time; a numbered one is acknowledged to the worker when this is done. */
  onEvent(event: WorkerEvent): void | Promise<void>;
  limits?: JobLimits;
  /** Milliseconds that it may take in all; for as long as it shows signs of life when left out. */
  most?: number;
}

export interface Job {
  readonly pid: number | undefined;
  /** Asks a worker to keep what it has (a training one writes its checkpoint) and finish. It takes as long as it needs. */
  pause(): void;
  /** The same, but ends it when it has not finished after the grace; at once when asked again. */
  stop(): void;
  readonly ended: Promise<JobEnd>;
}

export function startJob({ launch, command, onEvent, limits = jobLimits, most }: JobOptions): Job {
  const worker = launch();
  let final: FinalEvent | undefined;
  let refused: LabError | undefined;
  let silent = false;
  let late = false;
  let stopping = false;
  let handled = Promise.resolve();
  const timers = new Set<NodeJS.Timeout>();

  const killAfterGrace = () => timers.add(setTimeout(worker.kill, limits.grace));
  const watch = watchSilence(limits.silence, () => {
    silent = true;
    worker.kill();
  });

  if (most !== undefined) {
    const end = () => {
      late = true;
      worker.kill();
    };
    timers.add(setTimeout(end, most));
  }
  worker.onHeartbeat(watch.sign);
  worker.onMessage((event) => {
    watch.sign();
    handled = handled.then(async () => {
      if (refused) return;
      try {
        await onEvent(event);
      } catch (error) {
        refused = LabError.from(error);
        worker.kill();
        return;
      }
      if ('sequence' in event) worker.send({ type: 'acknowledge', sequence: event.sequence });
      if (isFinal(event)) {
        final = event;
        killAfterGrace();
      }
      // Many more may have arrived: between two of them everybody else of this process has a turn.
      await setImmediate();
    });
  });
  const ended = new Promise<WorkerExit>((resolve) => worker.onExit(resolve)).then(async (exit): Promise<JobEnd> => {
    watch.end();
    await handled;
    for (const timer of timers) clearTimeout(timer);
    if (refused) return { kind: 'refused', error: refused };
    if (final) return { kind: 'done', event: final };
    if (stopping) return { kind: 'stopped' };
    const reason = late
      ? `took longer than ${most! / 1000} s and was ended`
      : silent
        ? silence(limits)
        : exitText(exit);
    return { kind: 'crashed', reason, lastWords: exit.lastWords };
  });
  worker.send(command);

  return {
    pid: worker.pid,
    pause: () => worker.send({ type: 'pause' }),
    stop() {
      if (stopping) return worker.kill();
      stopping = true;
      worker.send({ type: 'pause' });
      killAfterGrace();
    },
    ended,
  };
}

/**
 * Calls `onSilence` after `limit` ms without a sign. The time is counted in ticks of this process, so that neither a
 * machine that slept nor a lab that was busy takes the worker for dead before its signs have been read.
 */
function watchSilence(limit: number, onSilence: () => void): { sign: () => void; end: () => void } {
  const ticks = 30;
  let silentTicks = 0;
  const timer = setInterval(() => {
    silentTicks += 1;
    if (silentTicks > ticks) onSilence();
  }, limit / ticks);
  return {
    sign: () => {
      silentTicks = 0;
    },
    end: () => clearInterval(timer),
  };
}

const isFinal = (event: WorkerEvent): event is FinalEvent => (finalTypes as readonly string[]).includes(event.type);

const silence = ({ silence }: JobLimits) => `gave no sign of life for ${Math.round(silence / 1000)} s and was ended`;

function exitText({ code, signal, lastWords }: WorkerExit): string {
  if (/heap out of memory|bad_alloc/.test(lastWords)) return 'ran out of memory';
  if (signal === 'SIGKILL') return 'was killed from outside, as the system does when memory runs out';
  return signal ? `was ended by signal ${signal}` : `ended with code ${code} without a word`;
}
