// An objective on one line, as the command line and a sweep have it: 'none', 'simbal:0.1', 'simbal:0.1:sum,lbl-sequence'.
import { objectiveFields } from './fields.ts';
import { literalValue } from './literal.ts';
import { parseObjective } from './parse.ts';
import { ConfigurationError, mustBe } from './problems.ts';
import type { ObjectiveKind, ObjectiveTerm } from './schema.ts';

/**
 * Terms are separated by commas. After the kind come, each after a colon, its fields in the schema's order
 * (the coefficient or rate, then how layers are combined); one that is left out or empty has its default.
 * @throws ConfigurationError
 */
export function parseObjectiveText(text: string): ObjectiveTerm[] {
  const trimmed = text.trim();
  return trimmed === '' || trimmed === 'none' ? [] : parseObjective(trimmed.split(',').map(termOf));
}

function termOf(text: string): Record<string, unknown> {
  const [kind = '', ...values] = text.split(':').map((part) => part.trim());
  const fields = Object.hasOwn(objectiveFields, kind) ? objectiveFields[kind as ObjectiveKind] : [];
  if (fields.length > 0 && values.length > fields.length) {
    const form = [kind, ...fields.map((field) => field.path)].join(':');
    throw new ConfigurationError([mustBe('objective', text, `of the form ${form}`)]);
  }
  const given = fields.flatMap((field, index) =>
    values[index] ? [[field.path, literalValue(field, values[index])]] : [],
  );
  return { kind, ...Object.fromEntries(given) };
}

/** The inverse, with every coefficient: 'simbal:0.1,lbl-sequence:0.01'. */
export function objectiveText(terms: readonly ObjectiveTerm[]): string {
  return terms.map(termText).join(',') || 'none';
}

function termText(term: ObjectiveTerm): string {
  const values = objectiveFields[term.kind].map((field) => {
    const value = (term as unknown as Record<string, unknown>)[field.path];
    return field.path === 'layers' && value === field.default ? '' : `:${value}`;
  });
  return term.kind + values.join('');
}
