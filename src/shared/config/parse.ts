// From anything to a run configuration that holds, or a refusal that says what is wrong. Nothing is allocated for a run
// before its configuration went through here.
import { parseJsonText } from './json-text.ts';
import { ConfigurationError, type Problem, problemsOf, wrongValue } from './problems.ts';
import { brokenRules, repeatedTerms } from './rules.ts';
import { configurationSchema, type ObjectiveTerm, type RunConfiguration } from './schema.ts';

/**
 * A complete configuration: defaults filled in, every range and every rule between fields checked.
 * @throws ConfigurationError, a LabError 'configuration' that names the first problem and carries all.
 */
export function parseConfiguration(value: unknown): RunConfiguration {
  const parsed = configurationSchema.safeParse(value);
  if (!parsed.success) throw new ConfigurationError(problemsOf(parsed.error, value));
  refuseAny(brokenRules(parsed.data));
  return parsed.data;
}

/** The same from JSON text, where a key given twice and a number too large to be exact are still to be seen. */
export function parseConfigurationText(json: string): RunConfiguration {
  const { value, unsafe } = parseJsonText(json);
  if (unsafe) throw new ConfigurationError([wrongValue(unsafe.path, value, unsafe.literal)]);
  return parseConfiguration(value);
}

/** The objective alone, as a sweep or a form has it. */
export function parseObjective(value: unknown): ObjectiveTerm[] {
  const root = { objective: value };
  const parsed = configurationSchema.pick({ objective: true }).safeParse(root);
  if (!parsed.success) throw new ConfigurationError(problemsOf(parsed.error, root));
  refuseAny(repeatedTerms(parsed.data.objective));
  return parsed.data.objective;
}

function refuseAny(problems: Problem[]): void {
  const [first, ...rest] = problems;
  if (first) throw new ConfigurationError([first, ...rest]);
}
