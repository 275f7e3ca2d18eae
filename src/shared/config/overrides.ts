// Single fields set over a configuration, as text: training.steps=500, objective=simbal:0.1,lbl-sequence.
import { fields } from './fields.ts';
import { literalValue } from './literal.ts';
import { nearest } from './nearest.ts';
import { parseObjectiveText } from './objective-text.ts';
import { withPairedRouterInit } from './objectives.ts';
import { parseConfiguration } from './parse.ts';
import { ConfigurationError, unknownField, valueText } from './problems.ts';
import type { RunConfiguration } from './schema.ts';

const byPath = new Map(fields.map((field) => [field.path, field]));

/**
 * A new configuration with these assignments made in order, and checked as a whole after the last one. A new objective
 * brings its router initialisation with it, unless model.routerInit is assigned too or was not the paired one before.
 * @throws ConfigurationError
 */
export function applyOverrides(configuration: RunConfiguration, assignments: readonly string[]): RunConfiguration {
  const assigned = assignments.map(splitAssignment);
  const objective = assigned.findLast(([path]) => path === 'objective');
  const parts = structuredClone(configuration) as unknown as Record<string, Record<string, unknown>>;
  for (const [path, text] of assigned) {
    if (path === 'objective') continue;
    const field = byPath.get(path);
    if (!field) throw new ConfigurationError([unknownField(valuePath(path), text, nearest(path, knownPaths))]);
    const names = path.split('.');
    const owner = names.length === 1 ? parts : parts[names[0]!]!;
    (owner as Record<string, unknown>)[names.at(-1)!] = literalValue(field, text);
  }
  const merged = parts as unknown as RunConfiguration;
  if (!objective) return parseConfiguration(merged);
  const balanced = { ...merged, objective: parseObjectiveText(objective[1]) };
  const paired = withPairedRouterInit(configuration).model.routerInit;
  const chosen = assigns(assignments, 'model.routerInit') || configuration.model.routerInit !== paired;
  return parseConfiguration(chosen ? balanced : withPairedRouterInit(balanced));
}

/** Whether one of the assignments is to the field. */
export const assigns = (assignments: readonly string[], path: string): boolean =>
  assignments.some((assignment) => splitAssignment(assignment)[0] === path);

const knownPaths = ['objective', ...byPath.keys()];

function valuePath(path: string): string {
  return /^[\w.]{1,100}$/.test(path) ? path : valueText(path);
}

/** The field and the value of `field=value`. @throws ConfigurationError */
export function splitAssignment(assignment: string): [path: string, text: string] {
  const equals = assignment.indexOf('=');
  if (equals > 0) return [assignment.slice(0, equals).trim(), assignment.slice(equals + 1)];
  const value = valueText(assignment);
  throw new ConfigurationError([
    {
      code: 'configuration',
      message: `${value} is not an assignment; it must be of the form field=value.`,
      field: 'override',
      value,
      remedy: 'Write it like training.steps=500.',
    },
  ]);
}
