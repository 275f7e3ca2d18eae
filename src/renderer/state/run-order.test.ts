import { expect, test } from 'vitest';
import type { RunSummary } from '../../shared/api.ts';
import { inOrder, type Ordering, orderedBy, orderings, runOrderOf, runOrderText, usualOrder } from './run-order.ts';

const run = (name: string, perplexity: number | null, step: number, tokensPerSecond: number | null) => ({
  objective: { label: name.split(',')[0]! },
  summary: {
    name,
    created: `2026-01-0${(step % 9) + 1}T00:00:00Z`,
    step,
    status: 'running',
    tokensPerSecond,
    evaluation: perplexity === null ? null : { loss: Math.log(perplexity), perplexity },
  } as unknown as RunSummary,
});
const runs = [
  run('SimBal, seed 10', 9, 300, 200),
  run('SimBal, seed 2', 8, 100, null),
  run('LBL, seed 0', null, 200, 300),
  run('none, seed 0', Number.NaN, 0, 0),
];
const names = (by: Ordering, reversed = false) => inOrder(runs, { by, reversed }).map(({ summary }) => summary.name);

test('the best comes first, and what has no number last, whichever way', () => {
  expect(names('perplexity')).toEqual(['SimBal, seed 2', 'SimBal, seed 10', 'LBL, seed 0', 'none, seed 0']);
  expect(names('perplexity', true)).toEqual(['SimBal, seed 10', 'SimBal, seed 2', 'LBL, seed 0', 'none, seed 0']);
  expect(names('loss')).toEqual(names('perplexity'));
  expect(names('steps').map((name) => name.at(-1))).toEqual(['0', '0', '2', '0']);
  expect(names('steps')[0]).toBe('SimBal, seed 10');
  expect(names('speed')).toEqual(['LBL, seed 0', 'SimBal, seed 10', 'SimBal, seed 2', 'none, seed 0']);
});

test('a run that rests is as fast as over all its steps, and not as its newest one was by chance', () => {
  const rests = run('none, seed 1', 7, 300, 900);
  Object.assign(rests.summary, { status: 'completed', tokens: 1000, seconds: 4 });
  const order = inOrder([...runs, rests], { by: 'speed', reversed: false });
  expect(order.map(({ summary }) => summary.name).slice(0, 3)).toEqual([
    'LBL, seed 0',
    'none, seed 1',
    'SimBal, seed 10',
  ]);
});

test('names as people count, equal ones by name', () => {
  expect(names('name')).toEqual(['LBL, seed 0', 'none, seed 0', 'SimBal, seed 2', 'SimBal, seed 10']);
  expect(names('objective')).toEqual(names('name'));
  expect(names('created')[0]).toBe('SimBal, seed 10');
  expect(names('experiment')).toEqual(runs.map(({ summary }) => summary.name));
});

test('asked for once more, a column goes the other way', () => {
  const once = orderedBy('perplexity', usualOrder);
  expect(once).toEqual({ by: 'perplexity', reversed: false });
  expect(orderedBy('perplexity', once)).toEqual({ by: 'perplexity', reversed: true });
  expect(orderedBy('name', { by: 'perplexity', reversed: true })).toEqual({ by: 'name', reversed: false });
});

test('kept as text; what means nothing is as usual', () => {
  for (const by of Object.keys(orderings) as Ordering[]) {
    for (const reversed of by === 'experiment' ? [false] : [false, true]) {
      expect(runOrderOf(runOrderText({ by, reversed }))).toEqual({ by, reversed });
    }
  }
  for (const stored of [null, '', 'constructor', 'experiment reversed', '{"by":1}']) {
    expect(runOrderOf(stored)).toEqual(usualOrder);
  }
});
