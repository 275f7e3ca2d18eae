// What options say of the fields of a configuration: one value each. None of two is silently the weaker.
import { splitAssignment } from '../../shared/config/index.ts';
import { LabError } from '../../shared/errors.ts';

/** The fields that an option of its own sets, as `field=value`, under the option's name. */
export type OptionFields = Readonly<Record<string, readonly string[]>>;

/** @throws LabError 'request' where `--set` says of a field what an option, or an earlier `--set`, says otherwise */
export function refuseTwoValues(ofOptions: OptionFields, set: readonly string[]): void {
  const said = new Map<string, { value: string; option: string }>();
  for (const [option, assignments] of Object.entries(ofOptions)) {
    for (const [field, value] of assignments.map(splitAssignment)) said.set(field, { value, option });
  }
  for (const [field, value] of set.map(splitAssignment)) {
    const earlier = said.get(field);
    if (earlier && earlier.value.trim() !== value.trim()) {
      throw new LabError(
        'request',
        `${field} is given twice: ${JSON.stringify(earlier.value.slice(0, 100))} by --${earlier.option} and ${JSON.stringify(value.slice(0, 100))} by --set.`,
        { field, value: value.slice(0, 100), remedy: 'Give it once.' },
      );
    }
    said.set(field, earlier ?? { value, option: 'set' });
  }
}

/** The same run twice is the same numbers twice. @throws LabError 'request' */
export function refuseTwice(option: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) < index);
  if (twice === undefined) return;
  throw new LabError('request', `The ${option} ${twice} is given twice: it would train the same run again.`, {
    field: option,
    value: twice,
    remedy: `Name each ${option} once.`,
  });
}
