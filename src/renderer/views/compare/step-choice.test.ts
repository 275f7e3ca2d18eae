import { expect, test } from 'vitest';
import type { Comparison } from '../../state/comparison.svelte.ts';
import { StepChoice } from './step-choice.svelte.ts';

function choosing(...runs: number[][]) {
  const evaluations = runs.map((steps) => steps.map((step) => ({ step, tokens: 100 * step, seconds: step })));
  const members = runs.map((_, id) => ({ run: { id } }));
  const link = { hover: null as number | null };
  const comparison = {
    link,
    runs: members.map(({ run }) => run),
    shown: [{ runs: members }],
    evaluations: (id: number) => evaluations[id],
    placesOf: () => (moment: { tokens: number }) => moment.tokens,
  };
  return { choice: new StepChoice(comparison as unknown as Comparison), link };
}

test('the newest step, until one is chosen', () => {
  const { choice } = choosing([0, 10, 20], [0, 15]);
  expect([choice.steps, choice.step, choice.index]).toEqual([[0, 10, 15, 20], 20, 3]);
  choice.step = 12;
  expect(choice.index).toBe(1);
  expect(choosing([]).choice.step).toBe(0);
});

test('where it is asked for, the crosshair chooses, and what it chose stays when it is gone', () => {
  const { choice, link } = choosing([0, 10, 20], [0, 15]);
  link.hover = 1400;
  choice.follow();
  expect(choice.step).toBe(20);
  choice.following = true;
  choice.follow();
  expect(choice.step).toBe(15);
  link.hover = null;
  choice.follow();
  expect(choice.step).toBe(15);
});
