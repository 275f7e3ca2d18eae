// What a draft of an experiment will cost on this machine.
import type { DraftState } from '../../state/draft.svelte.ts';
import { paceOf } from '../../state/pace.ts';
import type { Runs } from '../../state/runs.svelte.ts';

/** Of the first objective's run, and seconds of all runs one after the other. Null where a field does not hold yet, or no speed is known. */
export function costOf(draft: DraftState, runs: Runs) {
  const [first] = draft.configurations;
  if (!first) return null;
  const { estimate, configuration } = first;
  const total = draft.configurations.reduce((sum, one) => sum + one.estimate.flops.total, 0) * draft.seedList.length;
  const pace = paceOf(runs.all, runs.engines, configuration);
  return {
    estimate,
    pace,
    secondsOfOne: pace ? estimate.flops.total / pace.flopsPerSecond : null,
    secondsOfAll: pace ? total / pace.flopsPerSecond : null,
  };
}
