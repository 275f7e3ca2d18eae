import { expect, test } from 'vitest';
import { few, plannedSteps, type StepPlan } from './step-plan.ts';

const checkpoints = [0, 20, 40, 60, 80];
const plan = (change: Partial<StepPlan>): StepPlan => ({ which: 'all', every: 2, list: '', ...change });

test('all, the last, every n-th with the last, and a list', () => {
  expect(plannedSteps(plan({}), checkpoints).steps).toEqual(checkpoints);
  expect(plannedSteps(plan({ which: 'last' }), checkpoints).steps).toEqual([80]);
  expect(plannedSteps(plan({ which: 'every', every: 3 }), checkpoints).steps).toEqual([20, 80]);
  expect(plannedSteps(plan({ which: 'every', every: 1000 }), checkpoints).steps).toEqual([80]);
  expect(plannedSteps(plan({ which: 'list', list: ' 60, 20 60' }), checkpoints).steps).toEqual([20, 60]);
});

test('what is wrong with a plan is told', () => {
  const problem = (change: Partial<StepPlan>, of = checkpoints) => plannedSteps(plan(change), of).problem;
  expect(problem({}, [])).toBe('There is no checkpoint yet.');
  expect(problem({ which: 'every', every: 0 })).toMatch(/“0” is not a whole number from 1/);
  expect(problem({ which: 'list', list: ' ,' })).toMatch(/60, 80/);
  expect(problem({ which: 'list', list: '20, -3' })).toMatch(/“-3” is not a step/);
  expect(problem({ which: 'list', list: '30' })).toBe(
    'There is no checkpoint of step 30. There are those of steps 0, 20, 40, 60 and 80.',
  );
  expect(
    problem(
      {},
      Array.from({ length: 1001 }, (_, step) => step),
    ),
  ).toMatch(/1001 checkpoints are more/);
});

test('steps in few words', () => {
  expect([few([5]), few([1, 2]), few([0, 1, 2, 3, 4, 5, 6])]).toEqual([
    'step 5',
    'steps 1 and 2',
    '7 checkpoints, steps 0 to 6',
  ]);
});
