import { expect, test } from 'vitest';
import type { ApiEvent } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import { FakeLab } from '../fake-lab.testing.ts';
import type { LabConnection } from '../lab.ts';
import { Comparison } from './comparison.svelte.ts';

type Asked = Parameters<LabConnection['api']['metrics']['series']>[0];

/** Over a pretended lab, with what it was asked for points. */
async function comparing(scenario: 'demo' | 'live' | 'million', count = 3) {
  const lab = new FakeLab(scenario);
  const runs = (await lab.api.runs.list({})).slice(-count).map(({ id }) => id);
  const asked: Asked[] = [];
  const series: LabConnection['api']['metrics']['series'] = (input, options) => {
    asked.push(input);
    return lab.api.metrics.series(input, options);
  };
  const api = { ...lab.api, metrics: { ...lab.api.metrics, series } };
  const comparison = new Comparison({ lab: { ...lab, api } as unknown as LabConnection });
  await comparison.show(runs);
  return { lab, comparison, runs, asked };
}

const stepsAfter = (comparison: Comparison, count: number): Extract<ApiEvent, { type: 'steps' }> => {
  const [run] = comparison.runs;
  const last = comparison.evaluations(run!.id).at(-1)!;
  const steps = Array.from({ length: count }, (_, index) => ({
    step: last.step + 1 + index,
    tokens: last.tokens + 1 + index,
    seconds: 1,
    loss: 1,
    crossEntropy: 1.5,
    zLoss: 0,
    terms: {},
    gradientNorm: 1,
    learningRate: 1,
    tokensPerSecond: 1,
    maxLoad: 1,
  }));
  return { type: 'steps', run: run!.id, steps };
};

test('runs are read, grouped, and drawn over any axis', async () => {
  const { comparison } = await comparing('demo');
  expect(comparison.loading).toEqual({ state: 'ready' });
  const [run] = comparison.runs;
  const length = run!.configuration.training.steps;
  await expect.poll(() => comparison.points(run!)).toHaveLength(length);
  comparison.xAxis = 'step';
  expect(comparison.whole).toEqual([0, length]);
  expect(comparison.points(run!).at(-1)![0]).toBe(length);
  comparison.grouping = 'none';
  expect(comparison.groups).toHaveLength(3);
  comparison.hidden.add(comparison.groups[0]!.key);
  expect(comparison.shown).toHaveLength(2);
});

test('what any of the objectives measures can be chosen, and what none of them does is not kept', async () => {
  const lab = new FakeLab('demo');
  const runs = await lab.api.runs.list({});
  const names = async ({ run }: { run: string }) => {
    const { objective } = runs.find(({ id }) => id === run)!.configuration;
    return ['crossEntropy', ...objective.map(({ kind }) => `terms.${kind}`)];
  };
  const api = { ...lab.api, metrics: { ...lab.api.metrics, names } };
  const comparison = new Comparison({ lab: { ...lab, api } as unknown as LabConnection });
  const finished = runs.filter(({ status }) => status === 'completed');
  const kinds = new Set(finished.flatMap(({ configuration }) => configuration.objective.map(({ kind }) => kind)));
  expect(kinds.size).toBeGreaterThan(1);
  await comparison.show(finished.map(({ id }) => id));
  expect(comparison.metrics).toEqual(['crossEntropy', ...[...kinds].map((kind) => `terms.${kind}`).sort()]);
  comparison.metric = comparison.metrics.at(-1)!;
  await comparison.show(
    finished.filter(({ configuration }) => configuration.objective.length === 0).map(({ id }) => id),
  );
  expect(comparison.metric).toBe('crossEntropy');
});

test('a metric that cannot be read says so', async () => {
  const lab = new FakeLab('demo');
  const series: typeof lab.api.metrics.series = async (input, options) => {
    if (input.metrics.includes('gradientNorm')) throw new LabError('store', 'The disk is gone.');
    return lab.api.metrics.series(input, options);
  };
  const api = { ...lab.api, metrics: { ...lab.api.metrics, series } };
  const comparison = new Comparison({ lab: { ...lab, api } as unknown as LabConnection });
  await comparison.show([(await lab.api.runs.list({}))[0]!.id]);
  comparison.metric = 'gradientNorm';
  await expect.poll(() => comparison.loading).toMatchObject({ state: 'failed', error: { code: 'store' } });
});

test('a long curve is there roughly before it is there finely', async () => {
  const { comparison, asked } = await comparing('million', 2);
  const [run] = comparison.runs;
  const rough = comparison.points(run!).length;
  expect(rough).toBeLessThanOrEqual(256);
  await expect.poll(() => comparison.points(run!).length).toBeGreaterThan(2 * rough);
  expect(asked).toHaveLength(2);
});

test('looked at closer, the rest of a curve stays where it was', async () => {
  const { comparison, asked } = await comparing('million', 2);
  const [run] = comparison.runs;
  comparison.xAxis = 'step';
  await expect.poll(() => comparison.points(run!).length).toBeGreaterThan(500);
  const whole = comparison.points(run!);
  await comparison.zoom([400_000, 401_000]);
  expect(asked.at(-1)).toMatchObject({ from: expect.any(Number), to: expect.any(Number) });
  const closer = comparison.points(run!);
  expect(closer.filter(([x]) => x >= 400_000 && x <= 401_000).length).toBeGreaterThan(
    10 * whole.filter(([x]) => x >= 400_000 && x <= 401_000).length,
  );
  expect([closer[0], closer.at(-1)]).toEqual([whole[0], whole.at(-1)]);
  expect(closer.every(([x], index) => index === 0 || x > closer[index - 1]![0])).toBe(true);
  await comparison.zoom(null);
  expect(comparison.points(run!)).toHaveLength(whole.length);
});

test('new steps grow the same array, steps done anew begin another', async () => {
  const { comparison } = await comparing('demo');
  const [run] = comparison.runs;
  const length = run!.configuration.training.steps;
  await expect.poll(() => comparison.points(run!)).toHaveLength(length);
  const before = comparison.points(run!);
  comparison.take(stepsAfter(comparison, 5));
  expect(comparison.points(run!)).toBe(before);
  expect(before).toHaveLength(length + 5);
  comparison.take(stepsAfter(comparison, 2));
  expect(comparison.points(run!)).not.toBe(before);
  expect(comparison.points(run!)).toHaveLength(length + 2);
});

test('a run that trains has room at its end, so that a step more moves nothing', async () => {
  const { comparison } = await comparing('demo', 1);
  const { whole } = comparison;
  const { id } = comparison.runs[0]!;
  comparison.take({ type: 'run', run: { ...comparison.runs[0]!, id, status: 'running' } as never });
  const live = comparison.whole;
  expect(live[1]).toBeGreaterThanOrEqual(whole[1]);
  expect(live[1]).toBeLessThanOrEqual(1.021 * whole[1]);
  comparison.take(stepsAfter(comparison, 1));
  expect([whole, live]).toContainEqual(comparison.whole);
});

test('however long a run trains, its curve stays short', async () => {
  const { comparison, asked } = await comparing('demo', 1);
  const [run] = comparison.runs;
  await expect.poll(() => comparison.points(run!)).toHaveLength(run!.configuration.training.steps);
  const { length } = asked;
  comparison.take(stepsAfter(comparison, 8000));
  comparison.take(stepsAfter(comparison, 8001));
  await expect.poll(() => comparison.points(run!).length).toBeLessThan(7500);
  expect(asked).toHaveLength(length + 1);
});

test('runs that are not there are said to be so, and nothing chosen is nothing asked', async () => {
  const { comparison, lab } = await comparing('demo');
  await comparison.show(['nobody']);
  expect(comparison.loading).toMatchObject({ state: 'failed', error: { code: 'not-found' } });
  const idle = new Comparison({ lab });
  await idle.show([]);
  expect([idle.loading, idle.runs]).toEqual([{ state: 'ready' }, []]);
});
