import { expect, test } from 'vitest';
import { configurationFromPreset } from '../config/presets.ts';
import { LabError } from '../errors.ts';
import { type PruningSettingInput, pruningRequestSchema } from './pruning.ts';
import { evaluatedSettings, pruningKey } from './pruning-key.ts';
import { checkPruningRequest, pruningProblems, removedExperts } from './pruning-rules.ts';

const configuration = configurationFromPreset('nano', {
  corpus: 'example',
  model: { layers: 2, experts: 4, active: 2 },
});
const dense = { ...configuration, model: { ...configuration.model, kind: 'dense' as const, experts: 1, active: 1 } };

const requestOf = (settings: PruningSettingInput[], batches: number[] = []) =>
  pruningRequestSchema.parse({ kind: 'pruning', run: 'abc', step: 10, settings, throughput: { batches } });

const problems = (...settings: PruningSettingInput[]) => pruningProblems(requestOf(settings), configuration);

test('what a model can do has no problem', () => {
  expect(
    problems(
      { method: 'none' },
      { method: 'drop-top', experts: 2 },
      { method: 'threshold', threshold: 1, keepOne: false },
      { method: 'fewer-active', active: 2 },
      { method: 'dynamic', share: 1 },
      { method: 'remove', criterion: 'reap', ratio: 0.75 },
      { method: 'remove', criterion: 'random', ratio: 0.5, draw: 3 },
      { method: 'remove', criterion: 'frequency', ratio: 0.75, scope: 'global', reversed: true },
      { method: 'merge', similarity: 'router-similarity', ratio: 0.5 },
    ),
  ).toEqual([]);
});

test.each<[PruningSettingInput, string, string]>([
  [{ method: 'drop-top', experts: 3 }, 'settings.0.experts', 'it must be a whole number from 0 to 2'],
  [{ method: 'fewer-active', active: 3 }, 'settings.0.active', 'it must be a whole number from 1 to 2'],
  [{ method: 'remove', criterion: 'reap', ratio: 0.9 }, 'settings.0.ratio', 'it must be from 0.25 to 0.75'],
  [{ method: 'remove', criterion: 'reap', ratio: 0.1 }, 'settings.0.ratio', 'which removes 0'],
  [
    { method: 'merge', similarity: 'output-similarity', ratio: 0.9, scope: 'global' },
    'settings.0.ratio',
    'of 8 experts in all layers, 1 to 6 can be removed',
  ],
  [{ method: 'remove', criterion: 'random', ratio: 0.5, reversed: true }, 'settings.0.reversed', 'it must be false'],
  [{ method: 'remove', criterion: 'reap', ratio: 0.5, draw: 1 }, 'settings.0.draw', 'it must be 0'],
  [{ method: 'threshold', threshold: 0.1, layer: 2 }, 'settings.0.layer', 'it must be a whole number from 0 to 1'],
  [
    { method: 'remove', criterion: 'reap', ratio: 0.5, scope: 'global', layer: 0 },
    'settings.0.layer',
    'left out with scope "global"',
  ],
])('%o has its sentence', (setting, field, words) => {
  const [problem, ...others] = problems(setting);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ code: 'request', field, remedy: expect.any(String), value: expect.any(String) });
  expect(problem!.message).toContain(words);
});

test('a dense model has nothing to prune', () => {
  const [problem] = pruningProblems(requestOf([{ method: 'none' }]), dense);
  expect(problem).toMatchObject({ field: 'run', value: 'abc' });
  expect(() => checkPruningRequest(requestOf([{ method: 'none' }]), dense)).toThrow(LabError);
});

test('one expert a layer cannot be removed', () => {
  const single = { ...configuration, model: { ...configuration.model, experts: 1, active: 1 } };
  const [problem] = pruningProblems(requestOf([{ method: 'remove', criterion: 'reap', ratio: 0.5 }]), single);
  expect(problem!.message).toContain('each layer has one expert');
});

test('the same setting twice is one part', () => {
  const [problem] = problems({ method: 'dynamic', share: 0.5 }, { method: 'dynamic', share: 0.5, renormalise: false });
  expect(problem).toMatchObject({ field: 'settings.1', value: '"dynamic 0.5"' });
});

test('a batch beyond what indices can count', () => {
  const long = { ...configuration, model: { ...configuration.model, context: 2 ** 20 } };
  const [problem] = pruningProblems(requestOf([{ method: 'none' }], [1, 65_536]), long);
  expect(problem).toMatchObject({ field: 'throughput.batches.1', value: '65536' });
});

test('the nearest whole number of experts goes', () => {
  expect(removedExperts(configuration.model, 0.5, 'layer')).toBe(2);
  expect(removedExperts(configuration.model, 0.3, 'layer')).toBe(1);
  expect(removedExperts(configuration.model, 0.3, 'global')).toBe(2);
});

test('keys say all that tells settings apart; the unpruned model comes first, once', () => {
  const { settings } = requestOf([
    { method: 'threshold', threshold: 0.1 },
    { method: 'none' },
    { method: 'threshold', threshold: 0.1, keepOne: false, renormalise: true },
    { method: 'remove', criterion: 'reap', ratio: 0.25 },
    { method: 'remove', criterion: 'reap', ratio: 0.25, scope: 'global', reversed: true },
    { method: 'remove', criterion: 'random', ratio: 0.25, draw: 2 },
    { method: 'merge', similarity: 'output-similarity', ratio: 0.5 },
  ]);
  expect(evaluatedSettings(settings).map(pruningKey)).toEqual([
    'none',
    'threshold 0.1',
    'threshold 0.1 may leave none renormalised',
    'remove reap 0.25 layer',
    'remove reap 0.25 global reversed',
    'remove random 0.25 layer draw 2',
    'merge output-similarity 0.5 layer',
  ]);
});
