// What every table's queries refuse alike.
import { LabError } from '../../../shared/errors.ts';

/** @throws LabError 'not-found' when there is no row. */
export function found<Row>(row: Row | undefined, kind: string, id: string | number): Row {
  if (row !== undefined) return row;
  throw new LabError('not-found', `There is no ${kind} ${JSON.stringify(id)} in this lab.`, {
    field: kind,
    value: String(id),
    remedy: `Choose one of the ${kind} list.`,
  });
}

/** A step as the store can keep it. @throws LabError 'request' */
export function checkedStep(step: number, field: string): number {
  if (Number.isSafeInteger(step) && step >= 0) return step;
  throw new LabError('request', `${field} must be a whole number from 0, but is ${step}.`, {
    field,
    value: String(step),
  });
}

/** @throws LabError 'request' */
export function oneOf<Choice extends string>(choices: readonly Choice[], value: Choice, field: string): Choice {
  if (choices.includes(value)) return value;
  throw new LabError('request', `${field} must be one of ${choices.join(', ')}, but is ${JSON.stringify(value)}.`, {
    field,
    value: String(value),
  });
}
