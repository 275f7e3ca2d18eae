import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LabError } from '../errors.ts';
import { type Field, fields, objectiveFields, objectiveKinds } from './fields.ts';
import { objectiveText, parseObjectiveText } from './objective-text.ts';
import { applyOverrides } from './overrides.ts';
import { parseConfiguration, parseConfigurationText, parseObjective } from './parse.ts';
import { configurationFromPreset, presets } from './presets.ts';

const nano = configurationFromPreset('nano', { corpus: 'tiny' });

function onlyLabErrors(act: () => unknown): void {
  try {
    act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LabError);
    expect(JSON.stringify(thrown).length).toBeLessThan(10_000);
  }
}

const junk = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

/** Any value that a field's description allows. */
function allowed(field: Field): fc.Arbitrary<unknown> {
  const { kind, minimum = 0, maximum = 0, aboveMinimum = false, belowMaximum = false } = field;
  if (kind === 'flag') return fc.boolean();
  if (kind === 'choice') return fc.constantFrom(...field.choices!);
  if (kind === 'integer') return fc.integer({ min: minimum, max: maximum });
  if (kind === 'text') return fc.string({ minLength: minimum, maxLength: 40, unit: 'grapheme' });
  const range = { min: minimum, max: maximum, minExcluded: aboveMinimum, maxExcluded: belowMaximum, noNaN: true };
  return fc.double(range).map((value) => value + 0);
}

// Fields that no rule ties to another.
const free = fields.filter(({ path }) =>
  /^(name|corpus|preset|seeds|engine)|\.(ropeTheta|normEpsilon|queryKeyNorm|renormalise|outputZLoss|initDeviation|learningRate|finalFraction|warmupFraction|weightDecay|decayOn|beta1|beta2|epsilon|clip|checkpointEvery|every|denseUntil|tokens)$/.test(
    path,
  ),
);

const objective = fc
  .uniqueArray(fc.constantFrom(...objectiveKinds))
  .chain((kinds) =>
    fc.tuple(
      ...kinds.map((kind) =>
        fc
          .record(Object.fromEntries(objectiveFields[kind].map((field) => [field.path, allowed(field)])))
          .map((term) => ({ kind, ...term })),
      ),
    ),
  );

const valid = fc
  .tuple(
    fc.constantFrom(...presets),
    fc.record(Object.fromEntries(free.map((field) => [field.path, allowed(field)]))),
    objective,
  )
  .map(([preset, values, terms]) => {
    const base = configurationFromPreset(preset.name, { corpus: 'tiny' });
    const configuration = structuredClone({ ...base, objective: base.model.kind === 'moe' ? terms : [] });
    for (const [path, value] of Object.entries(values)) {
      const names = path.split('.');
      const owner = names.length === 1 ? configuration : configuration[names[0] as 'model'];
      (owner as Record<string, unknown>)[names.at(-1)!] = value;
    }
    return configuration;
  });

it('a valid configuration comes back unchanged from its text', () => {
  fc.assert(
    fc.property(valid, (configuration) => {
      expect(parseConfigurationText(JSON.stringify(configuration))).toEqual(configuration);
    }),
    { numRuns: 200 },
  );
});

it('an objective comes back unchanged from its line', () => {
  fc.assert(
    fc.property(objective, (terms) => {
      const parsed = parseObjective(terms);
      expect(parseObjectiveText(objectiveText(parsed))).toEqual(parsed);
    }),
  );
});

it('no value whatever throws anything but a LabError', () => {
  fc.assert(fc.property(junk, (value) => onlyLabErrors(() => parseConfiguration(value))));
});

it('no value in any one place throws anything but a LabError', () => {
  const sections = ['model', 'objective', 'training', 'evaluation', 'seeds', 'engine'] as const;
  fc.assert(
    fc.property(fc.constantFrom(...sections), fc.string(), junk, (section, key, value) => {
      onlyLabErrors(() => parseConfiguration({ ...nano, [section]: value }));
      onlyLabErrors(() => parseConfiguration({ ...nano, [section]: { ...nano[section], [key]: value } }));
      onlyLabErrors(() => parseConfiguration({ ...nano, objective: [{ kind: 'simbal', [key]: value }, value] }));
    }),
  );
});

it('no text whatever throws anything but a LabError', () => {
  const text = JSON.stringify(nano);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.nat(text.length), fc.nat(20), (inserted, at, removed) => {
      onlyLabErrors(() => parseConfigurationText(inserted));
      onlyLabErrors(() => parseConfigurationText(text.slice(0, at) + inserted + text.slice(at + removed)));
    }),
    { numRuns: 500 },
  );
});

it('no assignment whatever throws anything but a LabError', () => {
  const path = fc.oneof(fc.string(), fc.constantFrom('objective', ...fields.map((field) => field.path)));
  fc.assert(
    fc.property(path, fc.string(), (field, value) => onlyLabErrors(() => applyOverrides(nano, [`${field}=${value}`]))),
    { numRuns: 500 },
  );
});
