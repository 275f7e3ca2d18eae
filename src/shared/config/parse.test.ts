import { describe, expect, it } from 'vitest';
import { LabError } from '../errors.ts';
import { parseConfiguration, parseConfigurationText } from './parse.ts';
import { configurationFromPreset } from './presets.ts';
import type { ConfigurationError } from './problems.ts';
import { checkCorpus } from './rules.ts';

const nano = configurationFromPreset('nano', { corpus: 'tiny' });
const text = JSON.stringify(nano, null, 2);

function refusal(act: () => unknown): ConfigurationError {
  try {
    act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LabError);
    expect((thrown as LabError).code).toBe('configuration');
    expect((thrown as LabError).remedy).toMatch(/\S/);
    return thrown as ConfigurationError;
  }
  throw new Error('nothing was refused');
}

/** nano with one field set; undefined removes it. */
function nanoWith(path: string, value: unknown): unknown {
  const copy = structuredClone(nano) as unknown as Record<string, unknown>;
  const names = path.split('.');
  const owner = names.slice(0, -1).reduce((part, name) => part[name] as Record<string, unknown>, copy);
  if (value === undefined) delete owner[names.at(-1)!];
  else owner[names.at(-1)!] = value;
  return copy;
}

describe('a value out of its range is refused with field, value and range', () => {
  it.each([
    ['model.experts', 0, 'model.experts is 0; it must be a whole number from 1 to 4096.'],
    ['model.experts', -1, 'model.experts is -1; it must be a whole number from 1 to 4096.'],
    ['model.experts', 1e9, 'model.experts is 1000000000; it must be a whole number from 1 to 4096.'],
    ['model.experts', 2.5, 'model.experts is 2.5; it must be a whole number from 1 to 4096.'],
    ['model.experts', '16', 'model.experts is "16"; it must be a whole number from 1 to 4096.'],
    ['model.experts', [16], 'model.experts is a list of 1; it must be a whole number from 1 to 4096.'],
    ['model.experts', null, 'model.experts is null; it must be a whole number from 1 to 4096.'],
    ['model.experts', undefined, 'model.experts is missing; it must be a whole number from 1 to 4096.'],
    ['model.active', 0, 'model.active is 0; it must be a whole number from 1 to 4096.'],
    ['model.active', 17, 'model.active is 17; it must be a whole number from 1 to 16, the value of model.experts.'],
    ['training.learningRate', Number.NaN, 'training.learningRate is NaN; it must be a number above 0 and at most 10.'],
    ['training.learningRate', 0, 'training.learningRate is 0; it must be a number above 0 and at most 10.'],
    ['training.learningRate', 1e30, 'training.learningRate is 1e+30; it must be a number above 0 and at most 10.'],
    [
      'training.learningRate',
      Number.POSITIVE_INFINITY,
      'training.learningRate is Infinity; it must be a number above 0 and at most 10.',
    ],
    ['training.beta1', 1, 'training.beta1 is 1; it must be a number of at least 0 and below 1.'],
    ['training.batch', 0, 'training.batch is 0; it must be a whole number from 1 to 65536.'],
    [
      'model.heads',
      3,
      'model.heads is 3; it must be a divisor of model.width, 128, that gives each head an even width, as rotary embedding turns pairs.',
    ],
    [
      'model.heads',
      128,
      'model.heads is 128; it must be a divisor of model.width, 128, that gives each head an even width, as rotary embedding turns pairs.',
    ],
    ['model.vocabulary', 1, 'model.vocabulary is 1; it must be a whole number from 2 to 1000000.'],
    ['model.layers', 1_000_000, 'model.layers is 1000000; it must be a whole number from 1 to 512.'],
    ['seeds.init', 2 ** 53, 'seeds.init is 9007199254740992; it must be a whole number from 0 to 9007199254740991.'],
    ['model.kind', 'dens', 'model.kind is "dens"; it must be "moe" or "dense".'],
    ['model.renormalise', 'yes', 'model.renormalise is "yes"; it must be true or false.'],
    ['name', '', 'name is ""; it must be text of 1 to 10000 characters.'],
    ['preset', 5, 'preset is 5; it must be text of at most 100 characters, or null.'],
    ['model', 'nano', 'model is "nano"; it must be an object.'],
    ['model', undefined, 'model is missing; it must be an object.'],
    ['objective', 'simbal', 'objective is "simbal"; it must be a list of at most 16 terms.'],
    ['objective', [1], 'objective.0 is 1; it must be an object with a kind.'],
    [
      'objective',
      [{ kind: 'simbal', coefficient: -1 }],
      'objective.0.coefficient is -1; it must be a number from 0 to 1000000.',
    ],
    [
      'training.warmupSteps',
      301,
      'training.warmupSteps is 301; it must be a whole number from 0 to 300, the value of training.steps.',
    ],
  ])('%s = %j', (path, value, message) => {
    const error = refusal(() => parseConfiguration(nanoWith(path, value)));
    expect(error.message).toBe(message);
    expect(message.startsWith(error.field!)).toBe(true);
  });

  it('offers the choice that was meant', () => {
    expect(refusal(() => parseConfiguration(nanoWith('model.kind', 'dens'))).remedy).toBe('Did you mean "dense"?');
    const error = refusal(() => parseConfiguration(nanoWith('objective', [{ kind: 'simbla' }])));
    expect(error).toMatchObject({ field: 'objective.0.kind', value: '"simbla"', remedy: 'Did you mean "simbal"?' });
  });
});

describe('rules between fields', () => {
  it.each([
    ['model.kind', 'dense', 'model.experts is 16; it must be 1 in a dense model.'],
    [
      'objective',
      [{ kind: 'simbal' }, { kind: 'router-z' }, { kind: 'simbal', coefficient: 2 }],
      'objective.2.kind is "simbal"; it must be a kind that the objective does not have yet.',
    ],
  ])('%s = %j', (path, value, message) => {
    expect(refusal(() => parseConfiguration(nanoWith(path, value))).message).toBe(message);
  });

  it('refuses an objective in a dense model', () => {
    const dense = configurationFromPreset('nano-dense', { corpus: 'tiny' });
    const error = refusal(() => parseConfiguration({ ...dense, objective: [{ kind: 'lbl-sequence' }] }));
    expect(error.message).toBe(
      'objective is a list of 1; it must be empty in a dense model, which has no router to balance.',
    );
  });

  it('refuses more orthogonal columns than the width has room for', () => {
    const model = { ...nano.model, experts: 256, routerInit: 'orthogonal' };
    expect(refusal(() => parseConfiguration({ ...nano, model })).message).toBe(
      'model.routerInit is "orthogonal"; it must be "normal" with 256 experts: only model.width, 128, columns can be orthogonal.',
    );
    expect(parseConfiguration({ ...nano, model: { ...model, experts: 128 } }).model.experts).toBe(128);
  });

  it('refuses to measure pairs of a single expert', () => {
    const error = refusal(() => parseConfiguration({ ...nano, model: { ...nano.model, experts: 1, active: 1 } }));
    expect(error.field).toBe('evaluation.similarityTokens');
  });

  it.each([
    ['experts', { model: { ...nano.model, layers: 512, experts: 4096 } }, 'model.experts'],
    ['parameters', { model: { ...nano.model, width: 65_536, layers: 512 } }, 'model'],
    [
      'slots',
      { training: { ...nano.training, batch: 65_536 }, model: { ...nano.model, context: 1_048_576 } },
      'training.batch',
    ],
    ['tokens', { training: { ...nano.training, accumulate: 65_536, steps: 1e9, batch: 1024 } }, 'training.steps'],
    [
      'memory',
      { training: { ...nano.training, batch: 65_536 }, model: { ...nano.model, vocabulary: 1_000_000 } },
      'training.batch',
    ],
  ])('refuses absurd %s although each field is in its range', (_, changes, field) => {
    const error = refusal(() => parseConfiguration({ ...nano, ...changes }));
    expect(error.field).toBe(field);
    expect(error.message).toMatch(/ at most \d/);
  });

  it('takes the loss-free bias beside any other term', () => {
    const objective = [{ kind: 'loss-free-bias' }, { kind: 'simbal' }, { kind: 'lbl-sequence' }];
    expect(parseConfiguration({ ...nano, objective }).objective[0]).toEqual({ kind: 'loss-free-bias', rate: 0.001 });
  });
});

describe('keys', () => {
  it('refuses an unknown key and suggests the nearest', () => {
    const model: Record<string, unknown> = { ...nano.model, expert: 16 };
    delete model.experts;
    const error = refusal(() => parseConfiguration({ ...nano, model }));
    expect(error.message).toBe('model.expert is not a field of a configuration; did you mean model.experts?');
    expect(error.issues.map((issue) => issue.field)).toEqual(['model.expert', 'model.experts']);
  });

  it.each(['__proto__', 'constructor', 'toString'])('treats %s as any unknown key', (key) => {
    const error = refusal(() => parseConfigurationText(text.replace('"name"', `"${key}": {"experts": 1}, "name"`)));
    expect(error.message).toBe(`${key} is not a field of a configuration.`);
  });

  it('shows a hostile key and value as short printable text', () => {
    const error = refusal(() =>
      parseConfiguration({ ...nano, ['\u202e'.repeat(10_000)]: '<script>\u0000'.repeat(1000) }),
    );
    expect(error.message.length).toBeLessThan(1000);
    expect(error.message + error.value).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('carries every problem, the first as its message', () => {
    const { issues, message } = refusal(() =>
      parseConfiguration({ ...nano, name: '', corpus: 3, seeds: { init: -1 } }),
    );
    expect(issues.map((issue) => issue.field)).toEqual(['name', 'corpus', 'seeds.init']);
    expect(message).toBe(issues[0]!.message);
  });
});

describe('JSON text', () => {
  it('reads what JSON.stringify wrote', () => {
    expect(parseConfigurationText(text)).toEqual(nano);
  });

  it.each([
    ['empty', '', 'The configuration is empty; it must be a JSON object.'],
    ['white space', ' \n\t', 'The configuration is empty; it must be a JSON object.'],
    [
      'a byte order mark',
      `\uFEFF${text}`,
      'The configuration starts with a byte order mark, which JSON does not allow.',
    ],
    ['nested lists', '['.repeat(100_000), 'The configuration is nested deeper than 32 levels.'],
    [
      'nested objects',
      `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
      'The configuration is nested deeper than 32 levels.',
    ],
    ['too long', ' '.repeat(1_000_001), 'The configuration has 1000001 characters; it must have at most 1000000.'],
    ['a list', '[1, 2]', 'The configuration is a list of 2; it must be an object.'],
    ['null', 'null', 'The configuration is null; it must be an object.'],
    ['a number', '5', 'The configuration is 5; it must be an object.'],
    [
      'a key twice',
      text.replace('"experts": 16', '"experts": 16, "experts": 17'),
      'model.experts is given twice, the second time in line 12; each field may be given once.',
    ],
    [
      'a key twice, once escaped',
      text.replace('"experts": 16', '"experts": 16, "exp\\u0065rts": 16'),
      'model.experts is given twice, the second time in line 12; each field may be given once.',
    ],
    [
      'a seed of 2^53 + 1',
      text.replace('"init": 0', '"init": 9007199254740993'),
      'seeds.init is 9007199254740993; it must be a whole number from 0 to 9007199254740991.',
    ],
    [
      'a number beyond floating point',
      text.replace('"learningRate": 0.002', '"learningRate": 1e400'),
      'training.learningRate is 1e400; it must be a number above 0 and at most 10.',
    ],
    [
      'a large number in a term',
      text.replace('"objective": []', '"objective": [{"coefficient": 1e30, "kind": "simbal"}]'),
      'objective.0.coefficient is 1e30; it must be a number from 0 to 1000000.',
    ],
  ])('refuses %s', (_, json, message) => {
    expect(refusal(() => parseConfigurationText(json)).message).toBe(message);
  });

  it.each([
    '{"a": NaN}',
    '{"a": 1,}',
    '{',
    '{"a": "',
    `${text}x`,
    "{'a': 1}",
    '// x\n{}',
    '\u0000',
    '{"a":1}}',
    '"\\"'.repeat(9),
  ])('refuses %j as no JSON', (json) => {
    expect(refusal(() => parseConfigurationText(json)).message).toMatch(/^The configuration is not valid JSON: /);
  });

  it('takes the same key in different objects', () => {
    const json = text.replace('"objective": []', '"objective": [{"kind": "simbal"}, {"kind": "router-z"}]');
    expect(parseConfigurationText(json).objective).toHaveLength(2);
  });
});

describe('checkCorpus', () => {
  const corpus = { vocabulary: 257, trainTokens: 129, validationTokens: 129 };

  it('takes a corpus of one sequence and its next token', () => {
    expect(checkCorpus(nano, corpus)).toBeUndefined();
  });

  it.each([
    [{ vocabulary: 50_257 }, 'model.vocabulary is 257; it must be at least 50257, the vocabulary of the corpus.'],
    [
      { trainTokens: 128 },
      'model.context is 128; it must be at most 127, one less than the 128 training tokens of the corpus.',
    ],
    [
      { validationTokens: 0 },
      'model.context is 128; it must be at most 0, one less than the 0 validation tokens of the corpus.',
    ],
  ])('refuses %j', (changes, message) => {
    expect(refusal(() => checkCorpus(nano, { ...corpus, ...changes })).message).toBe(message);
  });
});
