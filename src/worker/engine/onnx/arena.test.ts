import { expect, test } from 'vitest';
import { Arena } from './arena.ts';
import { separateSlots } from './slots.ts';

const slots = (...lengths: number[]) =>
  separateSlots(lengths.map((length, index) => ({ name: `p${index}`, shape: [length], init: 'normal' as const })));

test('regions and slots do not overlap', () => {
  const arena = new Arena(slots(3, 17, 1));
  const views = ['parameter', 'gradient', 'firstMoment', 'secondMoment', 'addend'].flatMap((region) =>
    ['p0', 'p1', 'p2'].map((name) => arena.view(region as 'gradient', name)),
  );
  for (const [index, view] of views.entries()) view.fill(index);
  for (const [index, view] of views.entries()) expect(view.every((value) => value === index)).toBe(true);
});

test('a parameter that no memory holds is refused by name', () => {
  expect(() => new Arena(slots(5, 3e8))).toThrow(/^p1 has 300000000 numbers; .* at most 2147\d{5} in one/);
});
