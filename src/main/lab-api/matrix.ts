// A configuration for each objective and seed.
import {
  type ObjectiveTerm,
  objectiveLabel,
  objectiveText,
  type RunConfiguration,
  type RunConfigurationInput,
  withPairedRouterInit,
} from '../../shared/config/index.ts';

export interface Matrix {
  configuration: RunConfigurationInput;
  objectives: readonly ObjectiveTerm[][];
  seeds: readonly number[];
  keepRouterInit?: boolean | undefined;
}

export interface Cell {
  /** Not checked yet. */
  configuration: object;
  /** Index of its objective. */
  row: number;
}

/** In the order of the objectives, and of the seeds within each. Repeated ones count once. */
export function cells({ configuration, objectives, seeds, keepRouterInit = false }: Matrix): Cell[] {
  const distinct = [...new Map(objectives.map((objective) => [objectiveText(objective), objective])).values()];
  const labels = distinct.map(objectiveLabel);
  return distinct.flatMap((objective, row) => {
    const label =
      labels.indexOf(labels[row]!) === labels.lastIndexOf(labels[row]!) ? labels[row] : objectiveText(objective);
    return [...new Set(seeds)].map((seed) => {
      const cell = { ...configuration, name: `${label}, seed ${seed}`, objective, seeds: { init: seed, data: seed } };
      return { row, configuration: keepRouterInit ? cell : withPairedRouterInit(cell as RunConfiguration) };
    });
  });
}
