// How fast this machine trains, from what it has done: the only honest source of "how long will it take".
import type { RunSummary } from '../../shared/api.ts';
import { trainStepFlops } from '../../shared/config/cost.ts';
import { configurationFromPreset } from '../../shared/config/presets.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { EngineReport } from '../../shared/worker-messages.ts';
import { speedOf } from './speed.ts';

export interface Pace {
  /** Training operations a second. */
  flopsPerSecond: number;
  /** What it was measured on. */
  source: string;
}

interface Timed {
  summary: Pick<RunSummary, 'name' | 'status' | 'changed' | 'tokens' | 'seconds' | 'tokensPerSecond' | 'configuration'>;
}

const flopsPerToken = (configuration: RunConfiguration) => {
  const { training, model } = configuration;
  return trainStepFlops(configuration) / (training.accumulate * training.batch * model.context);
};

/** Of the newest run with a speed, one of the same size if there is one; else of the default engine's measurement. */
export function paceOf(
  runs: readonly Timed[],
  engines: readonly EngineReport[] | null,
  like?: RunConfiguration,
): Pace | null {
  const timed = runs
    .filter(({ summary }) => speedOf(summary) !== null)
    .sort((a, b) => b.summary.changed.localeCompare(a.summary.changed));
  const size = like && JSON.stringify(like.model);
  const run = timed.find(({ summary }) => JSON.stringify(summary.configuration.model) === size) ?? timed[0];
  if (run) {
    const { configuration, name } = run.summary;
    return { flopsPerSecond: speedOf(run.summary)! * flopsPerToken(configuration), source: `run ${name}` };
  }
  const engine = engines?.find(({ chosenByDefault, tokensPerSecond }) => chosenByDefault && tokensPerSecond);
  if (!engine) return null;
  // What the probe trains.
  const nano = configurationFromPreset('nano', {
    corpus: 'probe',
    objective: [{ kind: 'simbal' }],
    training: { batch: 8 },
  });
  return { flopsPerSecond: engine.tokensPerSecond! * flopsPerToken(nano), source: 'measured speed of the engine' };
}
