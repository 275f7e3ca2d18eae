// The course of a run that was forked: what it was trained with before. A run that changed its objective midway is neither
// one of its objectives, and no seed of a run that had its own from the start.
import { objectiveText } from './config/objective-text.ts';
import { type ColourKey, objectiveColour, objectiveKey, objectiveLabel } from './config/objectives.ts';
import type { RunConfiguration } from './config/schema.ts';
import type { RunRow } from './records.ts';

/** What a run was trained with up to a step. */
export interface Leg {
  until: number;
  configuration: RunConfiguration;
}

/** A run with its course; an origin without one was trained with its configuration from the start. */
export interface Trained {
  configuration: RunConfiguration;
  course: readonly Leg[];
}

/** Equal for configurations that differ in nothing but seeds, names and engine. */
export function configurationKey(configuration: RunConfiguration): string {
  const { name: _name, preset: _preset, engine: _engine, seeds: _seeds, ...rest } = configuration;
  return JSON.stringify(rest);
}

/** A fork that changes its seeds is a run of neither: its start had the ones, its data the others. */
export const haveOtherSeeds = ({ seeds }: RunConfiguration, other: RunConfiguration): boolean =>
  seeds.init !== other.seeds.init || seeds.data !== other.seeds.data;

/** The legs before the run's own configuration, the first first; empty where no fork changed how it is trained. */
export function courseOf(
  { configuration, parent }: Pick<RunRow, 'configuration' | 'parent'>,
  get: (run: string) => Pick<RunRow, 'configuration' | 'parent'>,
): Leg[] {
  const legs: Leg[] = [];
  const seen = new Set<string>();
  // A damaged store may say that a run was forked from one of its own forks.
  for (let place = parent; place && !seen.has(place.run); ) {
    seen.add(place.run);
    const origin = get(place.run);
    // What an origin did after the place of a later fork is none of this run's past.
    const until = Math.min(place.step, legs[0]?.until ?? place.step);
    legs.unshift({ until, configuration: origin.configuration });
    place = origin.parent;
  }
  const walked = legs.filter(({ until }, at) => until > (legs[at - 1]?.until ?? 0));
  return walked.filter((leg, at) => {
    const next = walked[at + 1]?.configuration ?? configuration;
    return configurationKey(leg.configuration) !== configurationKey(next) || haveOtherSeeds(leg.configuration, next);
  });
}

/** How a list calls what balances a run, the key that is equal for runs of one kind, and its colour, that of its end. */
export function objectiveOf({ configuration, course }: Trained): { key: string; label: string; colour: ColourKey } {
  const { objective, model } = configuration;
  const colour = objectiveColour(objective);
  if (model.kind === 'dense') return { key: 'dense', label: 'dense', colour };
  const [key, label] = [objectiveKey(objective), objectiveLabel(objective)];
  const past = course.filter((leg, at) => {
    const next = course[at + 1]?.configuration ?? configuration;
    return objectiveText(leg.configuration.objective) !== objectiveText(next.objective);
  });
  if (past.length === 0) return { key, label, colour };
  const before = (name: (terms: typeof objective) => string) =>
    past.map(({ until, configuration: { objective: terms } }) => `${name(terms)} until step ${until}`);
  return {
    key: `changed: ${[...before(objectiveKey), key].join(', then ')}`,
    label: [...before(objectiveLabel), label].join(', then '),
    colour,
  };
}
