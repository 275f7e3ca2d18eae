// Which checkpoints a measurement is of, as a person says it: all, the last, every n-th, or a list of steps.

export const planChoices = ['all', 'last', 'every', 'list'] as const;
export type PlanChoice = (typeof planChoices)[number];

export const planWords: Readonly<Record<PlanChoice, string>> = {
  all: 'all',
  last: 'the last',
  every: 'every n-th',
  list: 'a list of steps',
};

export interface StepPlan {
  which: PlanChoice;
  /** With 'every': of so many in a row, the last. */
  every: number;
  /** With 'list': '20, 40, 60'. */
  list: string;
}

export type PlannedSteps = { steps: number[]; problem: null } | { steps: null; problem: string };

/** Steps of `checkpoints` (ascending) that the plan names, ascending; of every n-th, counted from the last, which is always one. */
export function plannedSteps({ which, every, list }: StepPlan, checkpoints: readonly number[]): PlannedSteps {
  if (checkpoints.length === 0) return wrong('There is no checkpoint yet.');
  switch (which) {
    case 'all':
      return right([...checkpoints]);
    case 'last':
      return right(checkpoints.slice(-1));
    case 'every':
      if (!Number.isInteger(every) || every < 1 || every > 1000) {
        return wrong(`“${every}” is not a whole number from 1 to 1 000.`);
      }
      return right(checkpoints.filter((_, index) => (checkpoints.length - 1 - index) % every === 0));
    case 'list':
      return listed(list, checkpoints);
  }
}

function listed(list: string, checkpoints: readonly number[]): PlannedSteps {
  const words = list.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) return wrong(`Name steps, as in “${checkpoints.slice(-2).join(', ')}”.`);
  const bad = words.find((word) => !/^\d{1,15}$/.test(word));
  if (bad !== undefined) return wrong(`“${bad.slice(0, 40)}” is not a step: a whole number from 0.`);
  const steps = [...new Set(words.map(Number))].sort((a, b) => a - b);
  const missing = steps.find((step) => !checkpoints.includes(step));
  if (missing !== undefined)
    return wrong(`There is no checkpoint of step ${missing}. There are those of ${few(checkpoints)}.`);
  return right(steps);
}

/** 'steps 20, 40 and 60', or with many the first, their number and the last. */
export function few(steps: readonly number[]): string {
  if (steps.length === 1) return `step ${steps[0]}`;
  if (steps.length <= 6) return `steps ${steps.slice(0, -1).join(', ')} and ${steps.at(-1)}`;
  return `${steps.length} checkpoints, steps ${steps[0]} to ${steps.at(-1)}`;
}

const right = (steps: number[]): PlannedSteps =>
  steps.length > 1000
    ? wrong(`${steps.length} checkpoints are more than one measurement takes (1 000): choose every n-th.`)
    : { steps, problem: null };
const wrong = (problem: string): PlannedSteps => ({ steps: null, problem });
