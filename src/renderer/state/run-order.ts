// In which order runs are listed: each beside those of its experiment, or all in one list by a number of theirs.
import type { RunSummary } from '../../shared/api.ts';
import { speedOf } from './speed.ts';

export interface Ordered {
  summary: RunSummary;
  objective: { label: string };
}

/** What a list may be ordered by, and how it begins. */
export const orderings = {
  experiment: 'By experiment',
  created: 'Newest first',
  name: 'By name',
  objective: 'By objective',
  loss: 'Lowest validation loss first',
  perplexity: 'Lowest perplexity first',
  steps: 'Most steps first',
  speed: 'Fastest first',
} as const;
export type Ordering = keyof typeof orderings;

export interface RunOrder {
  by: Ordering;
  reversed: boolean;
}

export const usualOrder: RunOrder = { by: 'experiment', reversed: false };

/** Of a stored text; what means nothing is as usual. */
export function runOrderOf(stored: string | null): RunOrder {
  const [by, reversed] = (stored ?? '').split(' ');
  const known = (Object.keys(orderings) as Ordering[]).find((other) => other === by);
  return known === undefined || known === 'experiment' ? usualOrder : { by: known, reversed: reversed === 'reversed' };
}

export const runOrderText = ({ by, reversed }: RunOrder): string => (reversed ? `${by} reversed` : by);

/** A column's order when it is asked for: as it begins, and the other way when it was asked for already. */
export const orderedBy = (by: Ordering, now: RunOrder): RunOrder => ({
  by,
  reversed: now.by === by && !now.reversed,
});

type Value = string | number | null;

const words = new Intl.Collator('en', { numeric: true });

/** What begins smallest first; numbers that begin largest first are negative. */
const values: Record<Exclude<Ordering, 'experiment'>, (run: Ordered) => Value> = {
  created: ({ summary }) => -Date.parse(summary.created),
  name: ({ summary }) => summary.name,
  objective: ({ objective }) => objective.label,
  loss: ({ summary }) => summary.evaluation?.loss ?? null,
  perplexity: ({ summary }) => summary.evaluation?.perplexity ?? null,
  steps: ({ summary }) => -summary.step,
  speed: ({ summary }) => {
    const speed = speedOf(summary);
    return speed === null ? null : -speed;
  },
};

/** All runs in one list. A run without the number comes last, whichever way the list goes; equal ones are by name, then newest first. */
export function inOrder<Run extends Ordered>(runs: readonly Run[], { by, reversed }: RunOrder): Run[] {
  if (by === 'experiment') return [...runs];
  const keyed = runs.map((run) => ({ run, value: values[by](run) }));
  const isMissing = (value: Value) => value === null || Number.isNaN(value);
  keyed.sort((a, b) => {
    if (isMissing(a.value) || isMissing(b.value)) return Number(isMissing(a.value)) - Number(isMissing(b.value));
    const way = compareValues(a.value!, b.value!) * (reversed ? -1 : 1);
    return (
      way ||
      words.compare(a.run.summary.name, b.run.summary.name) ||
      b.run.summary.created.localeCompare(a.run.summary.created)
    );
  });
  return keyed.map(({ run }) => run);
}

function compareValues(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? Math.sign(a - b) || 0 : words.compare(`${a}`, `${b}`);
}
