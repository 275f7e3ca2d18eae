// A fork: a run that begins at a checkpoint of another. It may change everything from there on but the shape of the model.
import { objectiveText } from './objective-text.ts';
import { objectiveLabel } from './objectives.ts';
import { applyOverrides } from './overrides.ts';
import { ConfigurationError, type Problem } from './problems.ts';
import type { RunConfiguration } from './schema.ts';

/** What a fork changes; what is left out stays. */
export interface ForkChanges {
  /** As `parseObjectiveText` reads it. */
  objective?: string;
  /** Optimizer steps in all, those before the fork included. */
  steps?: number;
  name?: string;
  /** `field=value`, as `applyOverrides` reads them. */
  set?: readonly string[];
}

/** The configuration of a fork at `step` of a run with this one. @throws ConfigurationError where it could not begin there */
export function forkedConfiguration(
  origin: RunConfiguration,
  step: number,
  { objective, steps, name, set = [] }: ForkChanges,
): RunConfiguration {
  const forked = applyOverrides(origin, [
    // How the routers began is past, whatever objective they are trained with from here on.
    `model.routerInit=${origin.model.routerInit}`,
    ...(objective === undefined ? [] : [`objective=${objective}`]),
    ...(steps === undefined ? [] : [`training.steps=${steps}`]),
    ...(name === undefined ? [] : [`name=${name}`]),
    ...set,
  ]);
  refusePast(forked, origin);
  checkFork(forked, origin, step);
  return forked;
}

/** What only tells how a run began has no effect on one that goes on. */
function refusePast(forked: RunConfiguration, origin: RunConfiguration): void {
  const problems = [
    ['model.routerInit', forked.model.routerInit, origin.model.routerInit] as const,
    ['model.initDeviation', forked.model.initDeviation, origin.model.initDeviation] as const,
    ['seeds.init', forked.seeds.init, origin.seeds.init] as const,
  ]
    .filter(([, value, began]) => value !== began)
    .map(
      ([field, value, began]): Problem => ({
        code: 'configuration',
        message: `${field} is ${value}, and the run began with ${began}: a fork goes on with the parameters of the checkpoint.`,
        field,
        value: String(value),
        remedy: 'Leave it as it is, or train a new run.',
      }),
    );
  const [first, ...others] = problems;
  if (first) throw new ConfigurationError([first, ...others]);
}

/** What a fork is called until somebody names it: after its origin, its objective where that is another one, and its step. */
export function forkName(
  origin: { name: string; configuration: Pick<RunConfiguration, 'objective'> },
  step: number,
  { objective }: Pick<RunConfiguration, 'objective'>,
): string {
  const same = objectiveText(objective) === objectiveText(origin.configuration.objective);
  return `${origin.name}, ${same ? '' : `${objectiveLabel(objective)} `}from step ${step}`;
}

/** Fields of the model that speak of how it began. */
const ofItsStart = new Set(['initDeviation', 'routerInit']);

/** @throws ConfigurationError where a fork at `step` of a run with the configuration `origin` could not begin */
export function checkFork({ model, training }: RunConfiguration, origin: RunConfiguration, step: number): void {
  const names = Object.keys(model) as (keyof typeof model)[];
  const problems = names
    .filter((name) => !ofItsStart.has(name) && model[name] !== origin.model[name])
    .map((name): Problem => {
      const field = `model.${name}`;
      return {
        code: 'configuration',
        message: `${field} is ${model[name]}, and the model of the checkpoint has ${origin.model[name]}: a fork goes on with the model it begins with.`,
        field,
        value: String(model[name]),
        remedy: 'Leave the model as it is, or train a new run.',
      };
    });
  if (training.steps <= step) {
    problems.push({
      code: 'configuration',
      message: `training.steps is ${training.steps}, and the fork begins at step ${step}: nothing would be trained.`,
      field: 'training.steps',
      value: String(training.steps),
      remedy: `Give more than ${step} steps, or fork earlier.`,
    });
  }
  const [first, ...others] = problems;
  if (first) throw new ConfigurationError([first, ...others]);
}
