// The fields in which runs' configurations differ.
import type { ConfigurationDifference } from '../../../shared/comparison.ts';
import { fields, objectiveText, type RunConfiguration } from '../../../shared/config/index.ts';

export type { ConfigurationDifference } from '../../../shared/comparison.ts';

/** Fields that say what a run is called, not what it is. */
const naming = new Set(['name', 'preset']);

export function configurationDifferences(configurations: readonly RunConfiguration[]): ConfigurationDifference[] {
  const objective = { field: 'objective', values: configurations.map((one) => objectiveText(one.objective)) };
  const others = fields
    .filter(({ path }) => !naming.has(path))
    .map(({ path }) => ({ field: path, values: configurations.map((one) => String(valueAt(one, path))) }));
  return [objective, ...others].filter(({ values }) => values.some((value) => value !== values[0]));
}

/** What a configuration has at 'training.steps'. */
export function valueAt(configuration: RunConfiguration, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], configuration);
}
