// The real worker, frozen, killed at each start, broken by a signal, out of memory: noticed, started again or given up with what is
// safe, and the numbers are those of a run that nobody disturbed.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LaunchWorker, nodeWorkers } from '../../src/main/compute/index.ts';
import { type Lab, type LabEvent, openLab } from '../../src/main/lab/index.ts';
import { addText, exampleConfiguration, temporaryFolder } from './example-home.ts';
import { difference, type KeptRun, keptOf } from './kept.ts';

const place = temporaryFolder();
const workers: number[] = [];
let lab: Lab;
let experiment: string;
let reference: KeptRun;
let onEvent: (event: LabEvent) => void = () => {};
let environment: Record<string, string> = {};

/** Workers of this process, with more in their environment. */
const launch: LaunchWorker = () => {
  Object.assign(process.env, environment);
  const worker = nodeWorkers()();
  for (const name of Object.keys(environment)) delete process.env[name];
  workers.push(worker.pid!);
  return worker;
};
const newRun = (name: string, steps = 60) =>
  lab.createRun({ experiment, configuration: exampleConfiguration(name, steps) }).id;

beforeAll(async () => {
  lab = openLab({
    home: place.folder,
    launch,
    onEvent: (event) => onEvent(event),
    limits: { silence: 6000, grace: 5000 },
  });
  await addText(lab, place.folder);
  experiment = lab.createExperiment({ name: 'workers' }).id;
  const straight = newRun('straight');
  lab.start(straight);
  await lab.ended(straight);
  reference = keptOf(lab.store, straight);
});
beforeEach(() => {
  onEvent = () => {};
  environment = {};
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
  onEvent = (event) => {
    if (event.type === 'checkpoint' && event.checkpoint.step === 20) process.kill(workers.at(-1)!, signal);
  };
  lab.start(run);
  expect(await lab.ended(run)).toMatchObject({ status: 'completed' });
  expect(workers).toHaveLength(2);
  expect(crashes(run)).toEqual([expect.stringMatching(reason)]);
  expect(difference(keptOf(lab.store, run), reference)).toBeNull();
});

test('killed at each start it is started three times more, then has failed with what is safe, and goes on when it is asked', async () => {
  const run = newRun('killed');
  onEvent = (event) => {
    if (event.type === 'checkpoint' && event.checkpoint.step === 20) process.kill(workers.at(-1)!, 'SIGKILL');
    if (event.type === 'started' && workers.length > 1) process.kill(workers.at(-1)!, 'SIGKILL');
  };
  lab.start(run);
  expect(await lab.ended(run)).toMatchObject({
    status: 'failed',
    message: expect.stringMatching(/was killed from outside.*4 times within 5 minutes.*checkpoint of step 20.* safe\./),
  });
  expect(workers).toHaveLength(4);
  onEvent = () => {};
  lab.start(run);
  expect(await lab.ended(run)).toMatchObject({ status: 'completed' });
  expect(difference(keptOf(lab.store, run), reference)).toBeNull();
});

test('without the memory to live it says that memory ran out, and no stack', async () => {
  environment = { NODE_OPTIONS: '--max-old-space-size=12' };
  const run = newRun('small');
  lab.start(run);
  const { status, message } = await lab.ended(run);
  expect(status).toBe('failed');
  expect(message).toMatch(/^The worker ran out of memory, 4 times/);
  expect(message).not.toMatch(/\n|0x[0-9a-f]{6}|node:internal/);
});
