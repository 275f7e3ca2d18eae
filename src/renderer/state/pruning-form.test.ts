import { expect, test } from 'vitest';
import { configurationFromPreset } from '../../shared/config/presets.ts';
import { pruningKey } from '../../shared/studies/pruning-key.ts';
import { checkPruning, type PruningForm, type PruningTarget } from './pruning-form.ts';
import { emptyForm, firstForm, presets } from './pruning-presets.ts';

const target = (model: object = {}, more: Partial<PruningTarget> = {}): PruningTarget => ({
  run: 'a',
  label: 'SimBal',
  step: 100,
  configuration: configurationFromPreset('nano', {
    corpus: 'text',
    model: { layers: 2, experts: 8, active: 2, ...model },
  }),
  ...more,
});
const model = target().configuration.model;
const checked = (form: Partial<PruningForm>, targets = [target()]) =>
  checkPruning({ ...emptyForm, batches: '', ...form }, targets);
const problem = (form: Partial<PruningForm>, targets?: PruningTarget[]) => [...checked(form, targets).problems];

test('every preset holds for every model that can do it', () => {
  const models = [
    { experts: 8, active: 2 },
    { experts: 4, active: 3 },
    { experts: 2, active: 1 },
    { experts: 64, active: 8 },
  ];
  for (const { experiments, label } of presets) {
    for (const one of models) {
      const targets = [target(one), target({ experts: 16, active: 4 }, { run: 'b' })];
      const all = targets.map(({ configuration }) => configuration.model);
      const { problems, requests } = checked(experiments(all), targets);
      expect([label, one, [...problems]]).toEqual([label, one, []]);
      expect(requests.map(({ run }) => run)).toEqual(['a', 'b']);
    }
  }
});

test('what is written becomes settings, each once', () => {
  const { settings, requests } = checked({
    dropTop: '0 1',
    threshold: '.1',
    active: '1',
    dynamic: '0.5',
    renormalise: true,
    criteria: ['random', 'reap'],
    mergers: ['router-similarity'],
    ratios: '0.25',
    scopes: ['layer', 'global'],
    reversed: true,
    draws: '2',
  });
  expect(settings.map(pruningKey)).toEqual([
    'drop-top 0 renormalised',
    'drop-top 1 renormalised',
    'threshold 0.1 renormalised',
    'fewer-active 1 renormalised',
    'dynamic 0.5 renormalised',
    ...['layer', 'global'].flatMap((scope) => [
      `remove reap 0.25 ${scope}`,
      `remove reap 0.25 ${scope} reversed`,
      `remove random 0.25 ${scope} draw 0`,
      `remove random 0.25 ${scope} draw 1`,
      `merge router-similarity 0.25 ${scope}`,
    ]),
  ]);
  expect(requests).toMatchObject([{ run: 'a', step: 100, tokens: 16_384, throughput: { batches: [], repeats: 9 } }]);
});

test('in single layers: those that every model has, of what drops something in each layer', () => {
  const { settings } = checked(
    { dropTop: '0, 1', criteria: ['reap'], ratios: '0.5', scopes: ['layer', 'global'], singly: true },
    [target(), target({ layers: 3 }, { run: 'b' })],
  );
  expect(settings.map(pruningKey)).toEqual([
    'drop-top 0',
    'drop-top 1',
    'remove reap 0.5 layer',
    'remove reap 0.5 global',
    'drop-top 1 in layer 0 alone',
    'drop-top 1 in layer 1 alone',
    'remove reap 0.5 in layer 0 alone',
    'remove reap 0.5 in layer 1 alone',
  ]);
});

test.each<[Partial<PruningForm>, string, RegExp]>([
  [{ dropTop: '1, x' }, 'dropTop', /“x” is no number/],
  [{ dropTop: '1, 1' }, 'dropTop', /1 is there twice/],
  [{ dropTop: '7' }, 'dropTop', /“drop-top 7” is 7; it must be a whole number from 0 to 6.*Drop fewer/],
  [{ dropTop: '1.5' }, 'dropTop', /^Write whole numbers\.$/],
  [{ threshold: '1.1' }, 'threshold', /^Write at most 1\.$/],
  [{ active: '3' }, 'active', /from 1 to 2, the value of K/],
  [{ dynamic: '0' }, 'dynamic', /^Write more than 0\.$/],
  [{ criteria: ['reap'], ratios: '0.01' }, 'ratios', /which removes 0.*Raise the ratio/],
  [{ criteria: ['reap'], ratios: '' }, 'ratios', /shares to remove/],
  [{ criteria: ['reap'], ratios: '0.5', scopes: [] }, 'settings', /Choose a scope/],
  [{ criteria: ['random'], ratios: '0.5', draws: '0' }, 'draws', /from 1 to 20/],
  [{ dropTop: '1', tokens: '' }, 'tokens', /Write one number/],
  [{ dropTop: '1', calibrationTokens: '0' }, 'calibrationTokens', /^Write 1 or more\.$/],
  [{ dropTop: '1', calibrationSeed: '-1' }, 'calibrationSeed', /^Write 0 or more\.$/],
  [{ dropTop: '1', repeats: '2' }, 'repeats', /^Write 3 or more\.$/],
  [{ dropTop: '1', batches: '0' }, 'batches', /^Write 1 or more\.$/],
  [{ dropTop: '1', batches: '1 2 3 4 5 6 7 8 9' }, 'batches', /^Write at most 8 of them\.$/],
  [{ dropTop: '1', batches: '65537' }, 'batches', /^Write at most 65536\.$/],
  [{}, 'settings', /at least one experiment/],
])('%o is said beside %s', (form, place, words) => {
  const { problems, requests } = checked(form);
  expect([...problems.keys()]).toEqual([place]);
  expect(problems.get(place as 'tokens')).toMatch(words);
  expect(requests).toEqual([]);
});

test('each wrong field is told at once', () => {
  const { problems } = checked({ dropTop: '99', threshold: 'x', repeats: '1', tokens: '0' });
  expect([...problems.keys()].sort()).toEqual(['dropTop', 'repeats', 'threshold', 'tokens']);
});

test('runs that cannot be pruned are named', () => {
  expect(problem({ dropTop: '1' }, [])).toEqual([['runs', 'Choose at least one run.']]);
  expect(problem({ dropTop: '1' }, [target({}, { step: null })])[0]![1]).toContain('SimBal has no checkpoint');
  const dense = target({ kind: 'dense', experts: 1, active: 1 }, { label: 'dense' });
  expect(problem({ threshold: '0.1' }, [target(), dense])[0]).toEqual([
    'runs',
    expect.stringContaining('dense: The run a is a dense model'),
  ]);
  const small = target({ experts: 2, active: 2 }, { label: 'small' });
  expect(problem({ dropTop: '1' }, [target(), small])[0]![1]).toMatch(/^small: “drop-top 1” is 1; .* from 0 to 0/);
});

test('the first form is the sweep of the paper', () => {
  expect(firstForm([model])).toMatchObject({ dropTop: '0, 1, 2, 4', threshold: '0, 0.1, 0.15, 0.2' });
  expect(firstForm([model, target({ experts: 4, active: 2 }).configuration.model]).dropTop).toBe('0, 1, 2');
});
