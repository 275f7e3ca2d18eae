// Every field of a configuration, each with every kind of wrong value, and configurations whose fields are anywhere in their ranges.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { memoryEstimate, trainingTokens } from './cost.ts';
import { type Field, fields, objectiveFields, objectiveKinds, rangeText } from './fields.ts';
import { countParameters } from './parameter-count.ts';
import { parseConfiguration, parseConfigurationText } from './parse.ts';
import { configurationFromPreset } from './presets.ts';
import { ConfigurationError } from './problems.ts';

const nano = configurationFromPreset('nano', { corpus: 'tiny' });

/** nano with another value at a path of names. */
function nanoWith(names: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(nano) as unknown as Record<string | number, unknown>;
  const owner = names.slice(0, -1).reduce((part, name) => part[name] as Record<string | number, unknown>, copy);
  Object.defineProperty(owner, names.at(-1)!, { value, enumerable: true, configurable: true });
  return copy;
}

function refusal(act: () => unknown): ConfigurationError {
  try {
    act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ConfigurationError);
    return thrown as ConfigurationError;
  }
  throw new Error('was accepted');
}

/** What a field is never: its own kind aside, each as JSON text. */
const wrong: Record<string, Field['kind'][]> = {
  null: ['integer', 'number', 'flag', 'choice'],
  true: ['integer', 'number', 'choice', 'text'],
  '"16"': ['integer', 'number', 'flag', 'choice'],
  '[]': ['integer', 'number', 'flag', 'choice', 'text'],
  '[1]': ['integer', 'number', 'flag', 'choice', 'text'],
  '{}': ['integer', 'number', 'flag', 'choice', 'text'],
  '{"valueOf":1,"toString":1}': ['integer', 'number', 'flag', 'choice', 'text'],
  '{"__proto__":{"a":1}}': ['integer', 'number', 'flag', 'choice', 'text'],
  '1.5e-7': ['integer', 'flag', 'choice', 'text'],
  '-1': ['integer', 'number', 'flag', 'choice', 'text'],
  '1e13': ['integer', 'number', 'flag', 'choice', 'text'],
  '9007199254740993': ['integer', 'number', 'flag', 'choice', 'text'],
  '-9007199254740993': ['integer', 'number', 'flag', 'choice', 'text'],
  '1e400': ['integer', 'number', 'flag', 'choice', 'text'],
  '-1e400': ['integer', 'number', 'flag', 'choice', 'text'],
};

const within = (field: Field, literal: string) =>
  literal === '1e13' && field.kind === 'integer' && (field.maximum ?? 0) >= 1e13;

const cases = [
  ...fields.map((field) => ({ field, names: field.path.split('.') as (string | number)[], base: nano.objective })),
  ...objectiveKinds.flatMap((kind) =>
    objectiveFields[kind].map((field) => ({ field, names: ['objective', 0, field.path], base: [{ kind }] })),
  ),
];

describe.each(
  cases.map((one) => ({ ...one, path: one.names.join('.'), term: one.base.map(({ kind }) => kind).join() })),
)('$path $term', ({ field, names, base, path }) => {
  it('is refused by its name, value and range', () => {
    for (const [literal, kinds] of Object.entries(wrong)) {
      if (!kinds.includes(field.kind) || within(field, literal)) continue;
      const placeholder = '"the value"';
      const configuration = nanoWith(['objective'], base) as typeof nano;
      const owner = names.slice(0, -1).reduce((part, name) => part[name as never], configuration as never);
      Object.assign(owner, { [names.at(-1)!]: 'the value' });
      const error = refusal(() => parseConfigurationText(JSON.stringify(configuration).replace(placeholder, literal)));
      expect(error.field).toBe(path);
      expect(error.message).toContain(rangeText(field));
      const number = /^-?\d[\d.e-]*$/.test(literal) ? [literal, String(Number(literal))] : [];
      if (number.length > 0) expect(number).toContain(error.value);
      else expect(error.value).toMatch(/^(null|true|"16"|a list of [01]|an object)$/);
      expect(error.remedy).toMatch(/\S/);
    }
  });

  it('is refused as NaN and infinity', () => {
    if (names[0] === 'objective') return;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const error = refusal(() => parseConfiguration(nanoWith(names, value)));
      expect(error.field).toBe(path);
      expect(error.message).toContain(`${path} is ${value}; it must be ${rangeText(field)}`);
    }
  });
});

describe('keys', () => {
  const places = [[], ['model'], ['training'], ['evaluation'], ['seeds'], ['engine']];
  it.each(places)('that mean something to the language are unknown: %s', (...place) => {
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', '']) {
      const text = JSON.stringify(nanoWith([...place, 'unknown key'], { steps: 1 }));
      const error = refusal(() => parseConfigurationText(text.replace('"unknown key"', JSON.stringify(key))));
      expect(error.message).toMatch(/is not a field of a configuration/);
      expect(({} as Record<string, unknown>).steps).toBeUndefined();
    }
  });

  it('given twice are refused at any place, however they are spelt', () => {
    const text = JSON.stringify(nano);
    // Each key with a value that is not an object, so that what follows stays in its place.
    const keys = [...text.matchAll(/"(\w+)":(?=["\dtfn-])/g)];
    expect(keys.length).toBe(fields.length);
    for (const { 0: found, 1: key, index } of keys) {
      for (const again of [key!, [...key!].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('')]) {
        const twice = `${text.slice(0, index)}"${again}":1,${found}${text.slice(index + found.length)}`;
        const error = refusal(() => parseConfigurationText(twice));
        expect(error.field!.split('.').at(-1)).toBe(key);
        expect(error.message).toContain('is given twice');
      }
    }
  });
});

/** Anything in a number's range, its ends and small values often. */
function anywhere({
  kind,
  minimum = 0,
  maximum = 0,
  choices = [],
  aboveMinimum,
  belowMaximum,
}: Field): fc.Arbitrary<unknown> {
  if (kind === 'flag') return fc.boolean();
  if (kind === 'choice') return fc.constantFrom(...choices);
  if (kind === 'text') return fc.constant('x');
  if (kind === 'integer') {
    const small = { min: minimum, max: Math.min(maximum, minimum + 16) };
    const powers = fc.nat(53).map((power) => Math.max(minimum, Math.min(maximum, 2 ** power)));
    return fc.oneof(
      fc.constantFrom(minimum, maximum),
      fc.integer(small),
      powers,
      fc.integer({ min: minimum, max: maximum }),
    );
  }
  const open = { minExcluded: aboveMinimum === true, maxExcluded: belowMaximum === true };
  return fc.double({ min: minimum, max: maximum, noNaN: true, ...open });
}

it('a configuration is within the limits of a machine, or refused by a field', () => {
  const changes = fc
    .dictionary(fc.constantFrom(...fields.map(({ path }) => path)), fc.nat(), { maxKeys: 6 })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(fields.filter(({ path }) => path in chosen).map((field) => [field.path, anywhere(field)])),
      ),
    );
  let accepted = 0;
  fc.assert(
    fc.property(changes, (values) => {
      const configuration = Object.entries(values).reduce<unknown>((before, [path, value]) => {
        const copy = structuredClone(before) as Record<string, Record<string, unknown>>;
        const [section, name] = path.split('.') as [string, string?];
        if (name === undefined) copy[section] = value as never;
        else copy[section]![name] = value;
        return copy;
      }, nano);
      try {
        const parsed = parseConfiguration(configuration);
        accepted++;
        expect(memoryEstimate(parsed).total).toBeGreaterThan(0);
        expect(memoryEstimate(parsed).total).toBeLessThanOrEqual(2 ** 44);
        expect(countParameters(parsed.model).total).toBeLessThanOrEqual(1e11);
        expect(trainingTokens(parsed)).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
        expect(parsed.model.active).toBeLessThanOrEqual(parsed.model.experts);
        expect(parsed.model.width % (2 * parsed.model.heads)).toBe(0);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ConfigurationError);
        const { field, value, message, remedy } = thrown as ConfigurationError;
        expect(field).toMatch(/^(model|training|evaluation|objective)/);
        expect(message.startsWith(field!)).toBe(true);
        expect(message).toMatch(/it (must be|may ask for) /);
        expect(value).toMatch(/\S/);
        expect(remedy).toMatch(/\S/);
      }
    }),
    fuzzing(2000),
  );
  expect(accepted).toBeGreaterThan(100);
});
