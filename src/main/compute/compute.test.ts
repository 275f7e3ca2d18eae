import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configurationFromPreset } from '../../shared/config/index.ts';
import type { CheckpointRecord, TrainingJob, WorkerEvent } from '../../shared/worker-messages.ts';
import type { Behaviour } from './fake-worker.testing.ts';
import { type Crash, jobLimits, nodeWorkers, RestartPolicy, startTraining, type TrainingEnd } from './index.ts';

const fake = join(import.meta.dirname, 'fake-worker.testing.ts');
const launch = (behaviour: Behaviour, stepTime = 1) => nodeWorkers(fake, [behaviour, String(stepTime)]);
const impatient = { ...jobLimits, grace: 300 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-compute-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function job(steps: number): TrainingJob {
  const configuration = configurationFromPreset('nano', { corpus: 'any', training: { steps, warmupSteps: 1 } });
  return { run: 'r', configuration, corpus: folder, checkpoints: folder, resume: null, threads: 1 };
}

/** Runs to the end; what happened on the way. */
function train(
  behaviour: Behaviour,
  steps: number,
  onEvent: (event: WorkerEvent) => void | Promise<void> = () => {},
  limits = impatient,
) {
  const events: WorkerEvent[] = [];
  const crashes: { crash: Crash; restarting: boolean }[] = [];
  let checkpoint: CheckpointRecord | null = null;
  const training = startTraining({
    launch: launch(behaviour),
    job: job(steps),
    limits,
    async onEvent(event) {
      events.push(event);
      if (event.type === 'checkpoint') checkpoint = event.checkpoint;
      await onEvent(event);
    },
    async onCrash(crash, restarting) {
      crashes.push({ crash, restarting });
      return checkpoint;
    },
  });
  const steps_ = () => events.flatMap((event) => (event.type === 'steps' ? event.steps.map(({ step }) => step) : []));
  return { training, events, crashes, steps: steps_ };
}

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a training job', () => {
  it('runs to its end and leaves no process', async () => {
    const { training, steps, crashes } = train('good', 12);
    const pid = training.pid()!;
    expect(await training.ended).toEqual({ outcome: 'completed', step: 12 });
    expect(steps()).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(crashes).toEqual([]);
    expect(alive(pid)).toBe(false);
  });

  it('goes on from the newest checkpoint after a crash', async () => {
    const { training, steps, crashes, events } = train('crash once', 20);
    expect(await training.ended).toEqual({ outcome: 'completed', step: 20 });
    expect(crashes).toEqual([
      {
        crash: { kind: 'crashed', reason: 'ended with code 7 without a word', lastWords: 'out of luck' },
        restarting: true,
      },
    ]);
    expect(steps().slice(0, 15)).toEqual([...Array.from({ length: 14 }, (_, index) => index + 1), 11]);
    expect(events.filter(({ type }) => type === 'started')).toHaveLength(2);
  });

  it('gives up after three restarts in five minutes, with the last words', async () => {
    const { training, crashes } = train('crash always', 20);
    const end = (await training.ended) as Extract<TrainingEnd, { outcome: 'failed' }>;
    expect(end.outcome).toBe('failed');
    expect(end.error.message).toBe(
      'The worker ended with code 7 without a word, 4 times within 5 minutes. Its last words: "out of luck".',
    );
    expect(crashes.map(({ restarting }) => restarting)).toEqual([true, true, true, false]);
  });

  it('does not restart what fails by itself', async () => {
    const { training, crashes } = train('fail', 20);
    const end = (await training.ended) as Extract<TrainingEnd, { outcome: 'failed' }>;
    expect(end.error).toMatchObject({ code: 'not-finite', message: 'The loss of step 15 is NaN.' });
    expect(end.crash).toBeNull();
    expect(crashes).toEqual([]);
  });

  it('ends a worker that hangs, and one that the system has stopped', async () => {
    // Many times what a worker takes to start.
    const limits = { ...impatient, silence: 3000 };
    const hanging = train('hang', 20, () => {}, limits);
    const stop = (event: WorkerEvent) => {
      if (event.type === 'started') process.kill(stopped.training.pid()!, 'SIGSTOP');
    };
    const stopped = train('good', 1_000_000, stop, limits);
    for (const { training, crashes, events } of [hanging, stopped]) {
      await expect.poll(() => crashes.length).toBeGreaterThan(0);
      expect(crashes[0]!.crash.reason).toBe('gave no sign of life for 3 s and was ended');
      const [first] = events.flatMap((event) => (event.type === 'ready' ? [event.process] : []));
      expect(alive(first!)).toBe(false);
      training.stop();
      training.stop();
      await training.ended;
    }
  });

  it('pauses at a checkpoint', async () => {
    const { training, steps } = train('good', 1_000_000, (event) => {
      if (event.type === 'steps' && event.steps[0]!.step === 13) training.pause();
    });
    expect(await training.ended).toEqual({ outcome: 'paused', step: steps().at(-1) });
  });

  it('ends a worker that does not heed the stop after its grace', async () => {
    const { training, crashes } = train('never pauses', 1_000_000, (event) => {
      if (event.type === 'steps' && event.steps[0]!.step === 3) training.stop();
    });
    const pid = training.pid()!;
    expect(await training.ended).toEqual({ outcome: 'stopped' });
    expect(crashes).toEqual([]);
    expect(alive(pid)).toBe(false);
  });

  it('acknowledges only what has been dealt with', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { training, steps } = train('good', 8, (event) =>
      event.type === 'steps' && event.steps[0]!.step === 5 ? held : undefined,
    );
    await expect.poll(() => steps().at(-1)).toBe(5);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(steps().at(-1)).toBe(5);
    release();
    expect(await training.ended).toEqual({ outcome: 'completed', step: 8 });
  });

  it('fails with the reason when what it reports cannot be kept', async () => {
    const { training } = train('good', 20, (event) => {
      if (event.type === 'evaluation') throw new Error('no room');
    });
    expect(await training.ended).toMatchObject({ outcome: 'failed', error: { message: 'no room' } });
  });

  it('says so when the worker cannot even start', async () => {
    const { training } = train('no start', 5);
    expect(await training.ended).toMatchObject({ outcome: 'failed', error: { code: 'worker' } });
  });
});

describe('the restart policy', () => {
  it('forgets restarts that lie outside of its window', () => {
    let now = 0;
    const policy = new RestartPolicy({ now: () => now });
    expect([policy.take(), policy.take(), policy.take(), policy.take()]).toEqual([true, true, true, false]);
    now = 300_000;
    expect(policy.take()).toBe(true);
  });
});
