// Per-layer measures of a group of runs over training: the mean of its seeds at every evaluation that all of them have. Pure.
import { mean } from '../../../shared/statistics/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';

export interface LayerCurve {
  step: number;
  /** One a layer. */
  values: number[];
}

/** @param runs evaluations of each run of the group; those without the measure have no say */
export function layerCurves(
  runs: readonly (readonly Evaluation[])[],
  read: (evaluation: Evaluation) => readonly number[] | null,
): LayerCurve[] {
  const measured = runs
    .map((evaluations) => new Map(evaluations.flatMap((one) => entry(one.step, read(one)))))
    .filter(({ size }) => size > 0);
  const [first, ...others] = measured;
  if (!first) return [];
  return [...first]
    .filter(([step]) => others.every((other) => other.has(step)))
    .map(([step, values]) => ({
      step,
      values: values.map((_, layer) => mean(measured.map((run) => run.get(step)![layer]!))),
    }));
}

const entry = (step: number, values: readonly number[] | null): [number, readonly number[]][] =>
  values ? [[step, values]] : [];
