import { expect, test } from 'vitest';
import type { ExperimentRow, RunSummary } from '../../shared/api.ts';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { groupRuns } from '../state/groups.ts';
import { usualOrder } from '../state/run-order.ts';
import { clock, metricWords } from './compare/axes.ts';
import { evaluationSteps } from './compare/moments.ts';
import { chartSeries } from './compare/series.ts';
import { type Filter, listRows } from './runs/rows.ts';
import { tagsOf } from './runs/tags.ts';

const experiment = (id: string): ExperimentRow => ({
  id,
  name: `experiment ${id}`,
  note: '',
  tags: [],
  created: id,
  removed: null,
});
const run = (id: string, of: string, key: string, seed: number, status = 'completed') => ({
  id,
  summary: {
    id,
    experiment: of,
    name: id,
    status,
    tags: ['first'],
    created: id,
    configuration: { seeds: { init: seed, data: seed } },
  } as unknown as RunSummary,
  objective: { key, label: key },
});
const all: Filter = { text: '', status: 'all' };
const runs = [
  run('a', 'x', 'simbal', 1),
  run('b', 'x', 'simbal', 0),
  run('c', 'x', 'none', 0, 'failed'),
  run('d', 'y', 'none', 0),
];
const keys = (filter: Filter, folded: string[] = []) =>
  listRows([experiment('x'), experiment('y'), experiment('z')], runs, {
    filter,
    order: usualOrder,
    folded: new Set(folded),
  }).map(({ key }) => key);

test('experiments newest first, their runs by objective and seed', () => {
  expect(keys(all)).toEqual(['z', 'y', 'd', 'x', 'c', 'b', 'a']);
  expect(keys(all, ['x'])).toEqual(['z', 'y', 'd', 'x']);
});

test('a filter leaves out experiments without a run that passes', () => {
  expect(keys({ text: '', status: 'failed' })).toEqual(['x', 'c']);
  expect(keys({ text: 'SIMBAL first', status: 'all' })).toEqual(['x', 'b', 'a']);
  expect(keys({ text: 'nothing', status: 'all' })).toEqual([]);
  // An id is no word: those of one day begin alike.
  const found = (text: string) =>
    listRows(
      [experiment('x')],
      [run('1m83fxdcp', 'x', 'simbal', 0), run('1m83fxdcq', 'x', 'none', 0)].map((one) => ({
        ...one,
        summary: { ...one.summary, name: one.objective.label },
      })),
      {
        filter: { text, status: 'all' },
        order: usualOrder,
        folded: new Set(),
      },
    ).flatMap((row) => (row.kind === 'run' ? [row.key] : []));
  expect(found('1')).toEqual([]);
  expect(found('1m83fxdcq')).toEqual(['1m83fxdcq']);
});

test('in one order the rows have no heads, and tell their experiment themselves', () => {
  const rows = listRows([experiment('x'), experiment('y')], runs, {
    filter: { text: '', status: 'finished' },
    order: { by: 'objective', reversed: false },
    folded: new Set(['x']),
  });
  expect(rows.map((row) => [row.key, row.kind === 'run' && row.experiment])).toEqual([
    ['d', 'experiment y'],
    ['a', 'experiment x'],
    ['b', 'experiment x'],
  ]);
});

test('tags as typed', () => {
  expect(tagsOf(' a, b ,a,, ')).toEqual(['a', 'b']);
  expect(tagsOf('x'.repeat(1000))[0]).toHaveLength(200);
});

const compared = (id: string, objective: 'none' | 'simbal', seed: number, width = 128) => {
  const configuration = configurationFromPreset('nano', {
    corpus: 'c',
    objective: objective === 'none' ? [] : [{ kind: 'simbal' }],
    seeds: { init: seed, data: seed },
    model: { width },
  });
  const colour = objective === 'none' ? ('grey' as const) : ('blue' as const);
  return { id, name: id, experiment: 'e', configuration, course: [], objective, objectiveKey: objective, colour };
};

test('runs that differ in seeds alone are one group', () => {
  const groups = groupRuns([compared('a', 'none', 0), compared('b', 'simbal', 0), compared('c', 'simbal', 1)], 'seeds');
  expect(groups.map(({ label, runs }) => [label, runs.map(({ label }) => label)])).toEqual([
    ['none', ['none']],
    ['simbal', ['simbal, seed 0', 'simbal, seed 1']],
  ]);
});

test('another model is another group, told apart by its name and colour', () => {
  const groups = groupRuns([compared('a', 'simbal', 0), compared('b', 'simbal', 0, 256)], 'seeds');
  expect(groups.map(({ label }) => label)).toEqual(['a', 'b']);
  expect(groups[0]!.colour).not.toBe(groups[1]!.colour);
  expect(groupRuns([compared('a', 'simbal', 0), compared('b', 'simbal', 0, 256)], 'objective')).toHaveLength(1);
});

test('a group of seeds is its mean, an interval from three seeds on, and the traces behind', () => {
  const runs = ['b', 'c', 'd'].map((id, seed) => compared(id, 'simbal', seed));
  const points = ({ id }: { id: string }) => [[0, { b: 1, c: 3 }[id] ?? 5] as const, [1, 4] as const];
  const series = (many: number, traces = true) =>
    chartSeries(groupRuns(runs.slice(0, many), 'seeds') as never, { points: points as never, traces });
  expect(series(3).map(({ look }) => look)).toEqual(['faint', 'faint', 'faint', undefined]);
  expect(series(3)[3]!.points).toEqual([
    [0, 3],
    [1, 4],
  ]);
  expect(series(3)[3]!.band![1]).toEqual([1, 4, 4]);
  expect(series(2)[2]!.points).toEqual([
    [0, 2],
    [1, 4],
  ]);
  expect(series(2)[2]!.band).toBeUndefined();
  expect(series(3, false)).toHaveLength(1);
});

test('an interval goes no further than its measure can', () => {
  const runs = ['b', 'c', 'd'].map((id, seed) => compared(id, 'simbal', seed));
  const points = ({ id }: { id: string }) => [[0, { b: 7, c: 8 }[id] ?? 8] as const];
  const [, , , mean] = chartSeries(groupRuns(runs, 'seeds') as never, {
    points: points as never,
    bounds: () => [7, 8],
  });
  expect(mean!.band).toEqual([[0, 7, 8]]);
});

test('axes in words', () => {
  expect([0, 90, 600, 9000].map(clock)).toEqual(['0', '90 s', '10 min', '2.5 h']);
  expect(metricWords('terms.simbal').name).toBe('Term simbal');
  expect(metricWords('unheard').name).toBe('unheard');
});

test('steps of all evaluations once', () => {
  const at = (step: number) => ({ step }) as never;
  expect(
    evaluationSteps([
      [at(0), at(50)],
      [at(25), at(50)],
    ]),
  ).toEqual([0, 25, 50]);
});
