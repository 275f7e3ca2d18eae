// A wrong configuration in words: one sentence that names the field, its value and what is allowed.
import type { z } from 'zod';
import { type ErrorData, LabError } from '../errors.ts';
import { printable } from '../printable.ts';
import { fieldAt, largestObjective, namesAt, rangeText } from './fields.ts';
import { nearest } from './nearest.ts';

export interface Problem extends ErrorData {
  code: 'configuration';
  /** Dotted path; '' is the whole configuration. */
  field: string;
}

/** The first problem as a LabError 'configuration'; `issues` has all of them, one per field, for a form. */
export class ConfigurationError extends LabError {
  readonly issues: readonly Problem[];

  constructor(issues: readonly [Problem, ...Problem[]]) {
    const [first] = issues;
    super('configuration', first.message, first);
    this.issues = issues;
  }
}

/** "model.experts is 0; it must be a whole number from 1 to 4096." */
export function mustBe(field: string, value: unknown, allowed: string, remedy?: string): Problem {
  return mustBeText(field, valueText(value), allowed, remedy);
}

function mustBeText(
  field: string,
  value: string,
  allowed: string,
  remedy = `Change ${field || 'it'} and try again.`,
): Problem {
  const message = `${field || 'The configuration'} is ${value}; it must be ${allowed}.`;
  return { code: 'configuration', message, field, value, remedy };
}

/** A key or path that means nothing here, with the known one that it may have meant. */
export function unknownField(field: string, value: unknown, suggestion: string | undefined): Problem {
  return {
    code: 'configuration',
    message: `${field} is not a field of a configuration${suggestion ? `; did you mean ${suggestion}?` : '.'}`,
    field,
    value: valueText(value),
    remedy: suggestion ? `Rename it to ${suggestion}, or remove it.` : 'Remove it.',
  };
}

/** What the schema found, in order, unknown keys first: a mistyped name explains the missing one. */
export function problemsOf(error: z.ZodError, root: unknown): [Problem, ...Problem[]] {
  const unknown: Problem[] = [];
  const wrong = new Map<string, Problem>();
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, 16)) unknown.push(unknownKey(issue.path, key, root));
    } else {
      // Two findings on one field say the same.
      wrong.set(pathText(issue.path), wrongValue(issue.path, root));
    }
  }
  return [...unknown, ...wrong.values()] as [Problem, ...Problem[]];
}

/** What is wrong with the value at a path, from what the schema allows there. `literal` is the value as written. */
export function wrongValue(path: readonly PropertyKey[], root: unknown, literal?: string): Problem {
  const name = pathText(path);
  const value = valueAt(root, path);
  const field = fieldAt(path, root);
  const allowed = field ? rangeText(field) : allowedStructure(path);
  if (value === undefined) {
    const message = `${name} is missing; it must be ${allowed}.`;
    return { code: 'configuration', message, field: name, remedy: `Add ${name}.` };
  }
  const meant = field?.choices && typeof value === 'string' ? nearest(value, field.choices) : undefined;
  return mustBeText(name, literal ?? valueText(value), allowed, meant && `Did you mean "${meant}"?`);
}

function unknownKey(path: readonly PropertyKey[], key: string, root: unknown): Problem {
  const suggestion = nearest(key, namesAt(path, root));
  const full = [...path, key];
  return unknownField(pathText(full), valueAt(root, full), suggestion && pathText([...path, suggestion]));
}

function allowedStructure(path: readonly PropertyKey[]): string {
  if (path[0] !== 'objective') return 'an object';
  return path.length === 1 ? `a list of at most ${largestObjective} terms` : 'an object with a kind';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], root);
}

/** 'objective.1.coefficient'; a name that is not a plain word is quoted, and the whole configuration is ''. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.map((key) => (/^\w{1,60}$/.test(String(key)) ? String(key) : valueText(String(key)))).join('.');
}

const longestText = 60;

/** A value as short printable text; never calls into it. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') {
    const short = value.length > longestText ? `${value.slice(0, longestText)}…` : value;
    return printable(JSON.stringify(short));
  }
  if (value === null || ['number', 'boolean', 'undefined'].includes(typeof value)) return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
