// The real worker, frozen, killed in each of its lives, broken by a signal, out of memory: noticed, started again or given up with what is
// safe, and the numbers are those of a run that nobody disturbed.
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type JobLimits, jobLimits, type LaunchWorker, nodeWorkers } from '../../src/main/compute/index.ts';
import { type Lab, openLab } from '../../src/main/lab/index.ts';
import '../patience.ts';
import { addText, exampleConfiguration, temporaryFolder } from './example-home.ts';
import { difference, type KeptRun, keptOf } from './kept.ts';
import type { KillPoint } from './kill-points.ts';

const place = temporaryFolder();
const workers: number[] = [];
let lab: Lab;
let experiment: string;
let reference: KeptRun;
/** What the next workers find in their environment, in their order; those after them find nothing. */
let environments: Record<string, string>[] = [];
const limits: JobLimits = { ...jobLimits };

const launch: LaunchWorker = () => {
  const environment = environments[workers.length] ?? {};
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const worker = nodeWorkers()();
  vi.unstubAllEnvs();
  // One that freezes is not waited for as long as one that is only slow.
  limits.silence = environment.KILL_SIGNAL === 'SIGSTOP' ? 6000 : jobLimits.silence;
  workers.push(worker.pid!);
  return worker;
};

/** The signal comes from within, as this checkpoint of the worker begins: it can be neither too early nor too late. */
function signalAt(checkpoint: number, signal: NodeJS.Signals, run: string): Record<string, string> {
  const point: KillPoint = { role: 'worker', call: 'mkdir', when: 'before', nth: 1, checkpoint, lab: false };
  return {
    NODE_OPTIONS: `--import=${new URL('kill-at.ts', import.meta.url)}`,
    KILL_AT: JSON.stringify(point),
    KILL_MARK: join(place.folder, `${run} ${checkpoint}`),
    KILL_SIGNAL: signal,
  };
}
const newRun = (name: string, steps = 60) =>
  lab.createRun({ experiment, configuration: exampleConfiguration(name, steps) }).id;

beforeAll(async () => {
  lab = openLab({ home: place.folder, launch, limits });
  await addText(lab, place.folder);
  experiment = lab.createExperiment({ name: 'workers' }).id;
  const straight = newRun('straight');
  lab.start(straight);
  expect(await lab.ended(straight)).toMatchObject({ status: 'completed' });
  reference = keptOf(lab.store, straight);
});
beforeEach(() => {
  environments = [];
  workers.length = 0;
});
afterAll(async () => {
  await lab.close();
  place.remove();
});

const crashes = (run: string) =>
  lab.store.events.list(run).flatMap(({ kind, message }) => (kind === 'crash' ? [message] : []));

test.each([
  ['SIGSTOP', /gave no sign of life for 6 s and was ended/],
  ['SIGSEGV', /was ended by signal SIGSEGV/],
] as const)('after %s at a checkpoint it is started again, and nothing is another', async (signal, reason) => {
  const run = newRun(signal);
  environments = [signalAt(4, signal, run)];
  lab.start(run);
  expect(await lab.ended(run)).toMatchObject({ status: 'completed' });
  expect(workers).toHaveLength(2);
  expect(crashes(run)).toEqual([expect.stringMatching(reason)]);
  expect(difference(keptOf(lab.store, run), reference)).toBeNull();
});

test('killed again before it keeps anything more it is started three times more, then has failed with what is safe, and goes on when it is asked', async () => {
  const run = newRun('killed');
  environments = Array.from({ length: 4 }, (_, life) => signalAt(life === 0 ? 5 : 1, 'SIGKILL', `${run} ${life}`));
  lab.start(run);
  expect(await lab.ended(run)).toMatchObject({
    status: 'failed',
    message: expect.stringMatching(
      /was killed from outside.*4 times within 5 minutes.*checkpoint of step 20\b.* safe\./,
    ),
  });
  expect(workers).toHaveLength(4);
  lab.start(run);
  expect(await lab.ended(run)).toMatchObject({ status: 'completed' });
  expect(difference(keptOf(lab.store, run), reference)).toBeNull();
});

test('without the memory to live it says that memory ran out, and no stack', async () => {
  environments = Array.from({ length: 4 }, () => ({ NODE_OPTIONS: '--max-old-space-size=12' }));
  const run = newRun('small');
  lab.start(run);
  const { status, message } = await lab.ended(run);
  expect(status).toBe('failed');
  expect(message).toMatch(/^The worker ran out of memory, 4 times/);
  expect(message).not.toMatch(/\n|0x[0-9a-f]{6}|node:internal/);
});
