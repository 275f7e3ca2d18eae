import { expect, onTestFinished, test, vi } from 'vitest';
import type { ApiEvent } from '../../shared/api.ts';
import { FakeLab } from '../fake-lab.testing.ts';
import type { Scenario } from '../fake-scenarios.testing.ts';
import type { ConnectionState, LabConnection } from '../lab.ts';
import { joined, Runs } from './runs.svelte.ts';

async function loaded(scenario: Scenario) {
  const lab = new FakeLab(scenario);
  const connections = new Set<(state: ConnectionState) => void>();
  lab.watchConnection = (listener) => {
    connections.add(listener);
    return () => connections.delete(listener);
  };
  const runs = new Runs(lab);
  await runs.load();
  const connected = (now: ConnectionState) => {
    for (const listener of connections) listener(now);
  };
  return { lab, runs, connected };
}
const listing = (lab: FakeLab, list: LabConnection['api']['runs']['list']) =>
  Object.assign(lab, { api: { ...lab.api, runs: { ...lab.api.runs, list } } });
const settled = (check: () => void) => vi.waitFor(check, { timeout: 50_000 });

test('what the lab has is read, and the queue is in its order', async () => {
  const { runs } = await loaded('live');
  expect(runs.loading).toEqual({ state: 'ready' });
  expect([runs.all.length, runs.experiments.length, runs.corpora.length]).toEqual([9, 1, 1]);
  expect(runs.running.map(({ summary }) => summary.status)).toEqual(['running']);
  const places = runs.queue.map(({ summary }) => summary.queuePosition!);
  expect(places).toHaveLength(4);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('steps are taken in together, and told once', async () => {
  const { lab, runs } = await loaded('live');
  const [run] = runs.running;
  const heard: ApiEvent[] = [];
  const stop = runs.listen((event) => heard.push(event));
  const { step } = run!.summary;
  lab.advance(1);
  lab.advance(1);
  expect(run!.summary.step).toBe(step);
  await settled(() => expect(run!.summary.step).toBe(step + 2));
  expect(heard.filter(({ type }) => type === 'steps')).toHaveLength(1);
  stop();
  lab.advance(1);
  await settled(() => expect(run!.summary.step).toBe(step + 3));
  expect(heard.filter(({ type }) => type === 'steps')).toHaveLength(1);
});

test('runs come, change and go as others say', async () => {
  const { lab, runs } = await loaded('demo');
  const [first] = runs.all;
  const fork = await lab.api.runs.fork({ run: first!.id });
  lab.tell({ type: 'run', run: fork });
  await settled(() => expect(runs.run(fork.id)).toBeDefined());
  await lab.api.runs.rename({ run: first!.id, name: 'another name' });
  await settled(() => expect(first!.summary.name).toBe('another name'));
  await lab.api.runs.remove({ runs: [fork.id] });
  await settled(() => expect(runs.run(fork.id)).toBeUndefined());
});

test('a run that is gone before it was read is no failure', async () => {
  const { lab, runs } = await loaded('demo');
  const before = runs.all.length;
  lab.tell({ type: 'run', run: { ...runs.all[0]!.summary, id: 'gone' } });
  lab.tell({ type: 'run', run: { ...runs.all[0]!.summary, name: 'told after it' } });
  await settled(() => expect(runs.all[0]!.summary.name).toBe('told after it'));
  expect([runs.all.length, runs.loading.state]).toEqual([before, 'ready']);
});

test('experiments come, change and go', async () => {
  const { lab, runs } = await loaded('demo');
  const { id } = await lab.api.experiments.create({ name: 'second' });
  await settled(() => expect(runs.experiments.map(({ name }) => name)).toContain('second'));
  await lab.api.experiments.rename({ experiment: id, name: 'renamed' });
  await settled(() => expect(runs.experiment(id)?.name).toBe('renamed'));
  await lab.api.experiments.remove({ experiment: id });
  await settled(() => expect(runs.experiment(id)).toBeUndefined());
});

test('a lab that is lost and found is asked for everything anew', async () => {
  const { lab, runs, connected } = await loaded('demo');
  connected('lost');
  expect(runs.connection).toBe('lost');
  const [first] = runs.all;
  const told = await lab.api.runs.list({});
  listing(lab, async () => told.map((run) => ({ ...run, note: 'meanwhile' })));
  connected('there');
  expect([runs.connection, runs.reconnections]).toEqual(['there', 1]);
  await settled(() => expect(first!.summary.note).toBe('meanwhile'));
  connected('there');
  expect(runs.reconnections).toBe(1);
});

test('what is told while everything is asked for anew is not taken back by the answer', async () => {
  const { lab, runs } = await loaded('demo');
  const [first] = runs.all;
  const told = await lab.api.runs.list({});
  const answer = Promise.withResolvers<typeof told>();
  listing(lab, () => answer.promise);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const again = runs.load();
  lab.tell({ type: 'run', run: { ...first!.summary, name: 'told meanwhile' } });
  await vi.advanceTimersByTimeAsync(1000);
  answer.resolve(told);
  await again;
  await vi.advanceTimersByTimeAsync(1000);
  expect(first!.summary.name).toBe('told meanwhile');
});

test('one that does not know the page stays so through the attempts that it refuses', async () => {
  const { runs, connected } = await loaded('demo');
  connected('lost');
  const since = runs.lostAt;
  connected('refused');
  connected('lost');
  expect([runs.connection, runs.lostAt]).toEqual(['refused', since]);
  connected('there');
  expect([runs.connection, runs.lostAt, runs.reconnections]).toEqual(['there', null, 1]);
});

test('what a run waits for is known until it does its next step, or is over', async () => {
  const { lab, runs } = await loaded('live');
  const [run] = runs.running;
  const wait = () =>
    lab.tell({ type: 'note', run: run!.id, step: 1, kind: 'waiting', message: 'The disk is full. Training waits.' });
  wait();
  await settled(() => expect(run!.summary.waiting).toContain('The disk is full'));
  lab.advance(1);
  await settled(() => expect(run!.summary.waiting).toBeNull());
  wait();
  await settled(() => expect(run!.summary.waiting).not.toBeNull());
  lab.tell({ type: 'run', run: { ...run!.summary, status: 'stopped' } });
  await settled(() => expect(run!.summary.waiting).toBeNull());
});

test('a lab that cannot be read says why', async () => {
  const lab = new FakeLab('demo');
  listing(lab, () => Promise.reject(new Error('The disk is away.')));
  const runs = new Runs(lab);
  await runs.load();
  expect(runs.loading).toMatchObject({
    state: 'failed',
    error: { message: expect.stringContaining('The disk is away') },
  });
});

test('steps are joined as far as nothing else of their run lies between', () => {
  const steps = (run: string, step: number) => ({ type: 'steps', run, steps: [{ step }] }) as unknown as ApiEvent;
  const other = { type: 'evaluation', run: 'a', evaluation: {} } as unknown as ApiEvent;
  const events = [steps('a', 1), steps('b', 1), steps('a', 2), other, steps('a', 3), steps('b', 2)];
  expect(joined(events)).toMatchObject([
    { run: 'a', steps: [{ step: 1 }, { step: 2 }] },
    { run: 'b', steps: [{ step: 1 }, { step: 2 }] },
    other,
    { run: 'a', steps: [{ step: 3 }] },
  ]);
  expect(events[0]).toMatchObject({ steps: [{ step: 1 }] });
});
