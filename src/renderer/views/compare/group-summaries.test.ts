import { expect, test } from 'vitest';
import type { ComparedRun } from '../../../shared/comparison.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import type { RunGroup } from '../../state/groups.ts';
import { groupSummaries } from './group-summaries.ts';
import { minimumPes, validationLoss } from './measures.ts';

const run = (id: string, losses: number[], status = 'completed') =>
  ({
    id,
    status,
    evaluations: losses.map((loss, step) => ({ step, loss, similarity: null })),
  }) as unknown as ComparedRun;
const summaries = (runs: ComparedRun[], method: 't' | 'bootstrap-percentile' = 't') => {
  const group = {
    key: 'g',
    label: 'g',
    colour: 'red',
    runs: runs.map((one) => ({ run: one, label: one.id, colour: 'red' })),
  };
  const evaluations = (one: ComparedRun) => one.evaluations as Evaluation[];
  return groupSummaries([group as RunGroup<ComparedRun>], [validationLoss, minimumPes], evaluations, method)[0]!;
};

test('the newest value of each finished run, as their mean with the asked interval', () => {
  const runs = [run('a', [9, 1]), run('b', [9, 2]), run('c', [9, 6]), run('d', [9, 3, 2], 'running')];
  const { runs: measured, finished, values } = summaries(runs);
  expect(measured.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(finished).toBe(true);
  expect(values[0]).toMatchObject({ count: 3, mean: 3, deviation: Math.sqrt(7), interval: { method: 't' } });
  expect(values[1]).toBeNull();
  const resampled = summaries(runs, 'bootstrap-percentile').values[0]!.interval!;
  expect(resampled).toMatchObject({ method: 'bootstrap-percentile', low: 1, high: 6 });
});

test('two seeds have no interval, and a run without an evaluation no say', () => {
  const { values } = summaries([run('a', [1]), run('b', [3]), run('c', [])]);
  expect(values[0]).toMatchObject({ count: 2, mean: 2, interval: null });
});

test('before one is finished, the run that is furthest stands alone', () => {
  const { runs, finished } = summaries([
    run('a', [9, 4], 'running'),
    run('b', [9, 4, 3], 'failed'),
    run('c', [9], 'paused'),
  ]);
  expect([runs.map(({ id }) => id), finished]).toEqual([['b'], false]);
  expect(summaries([run('a', [])]).runs).toEqual([]);
});
