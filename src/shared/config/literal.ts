// A value written as plain text, as a field takes it. What does not read as the field's kind stays text, so that the
// schema refuses it under the name and the value that the person wrote.
import type { Field } from './fields.ts';

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^NaN$|^-?Infinity$/i;

export function literalValue(field: Field, text: string): unknown {
  const trimmed = text.trim();
  if (field.kind === 'text') return text;
  if (field.kind === 'flag') return trimmed === 'true' ? true : trimmed === 'false' ? false : text;
  if (field.kind === 'choice') return trimmed;
  return numeral.test(trimmed) && !changes(trimmed) ? Number(trimmed) : text;
}

/** A whole number beyond 2^53 − 1 would turn into a neighbour, and the message would show that one. */
function changes(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}
