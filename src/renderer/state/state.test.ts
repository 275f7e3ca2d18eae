import { expect, test } from 'vitest';
import { configurationFromPreset } from '../../shared/config/presets.ts';
import type { StepMetrics } from '../../shared/worker-messages.ts';
import { Curve, metricOf } from './curve.ts';
import { checkDraft, type DraftInput, draftOf, parseSeeds, textsOf } from './draft.ts';
import { type MeasuredRun, settled, verdicts } from './verdict.ts';

const step = (at: number): StepMetrics => ({
  step: at,
  tokens: at * 10,
  seconds: at / 2,
  loss: 5,
  crossEntropy: 5 - at / 100,
  zLoss: 0,
  terms: { simbal: 0.5 },
  gradientNorm: 1,
  learningRate: 1e-3,
  tokensPerSecond: 20,
  maxLoad: 2,
});
const curve = (...steps: number[]) => {
  const made = new Curve({
    width: 1,
    steps: new Float64Array(),
    tokens: new Float64Array(),
    seconds: new Float64Array(),
    values: new Float64Array(),
  });
  made.add(steps.map(step), 'crossEntropy');
  return made;
};

test('a curve has its other x-axes with it', () => {
  expect(curve(1, 2).points('tokens', 0)).toEqual([
    [10, 4.99],
    [20, 4.98],
  ]);
  expect(curve(1, 2).points('flops', 1e9)[1]![0]).toBe(2e9);
  expect(curve(1, 2).end('seconds', 0)).toBe(1);
  expect(metricOf(step(1), 'terms.simbal')).toBe(0.5);
  expect(metricOf(step(1), 'terms.other')).toBeNaN();
});

test('steps done anew replace the old ones', () => {
  const again = curve(1, 2, 3, 4);
  again.add([step(3)], 'crossEntropy');
  expect(again.steps).toEqual([1, 2, 3]);
});

test('the steps over a piece of an axis, with a neighbour on either side', () => {
  expect(curve(1, 2, 3, 4, 5).stepsOver('tokens', [20, 30], 0)).toEqual([1, 4]);
  expect(curve(1, 2).stepsOver('tokens', [500, 600], 0)).toBeNull();
});

const measured = (objectiveKey: string, seed: string, losses: number[], finished = true): MeasuredRun => ({
  id: objectiveKey + seed,
  objectiveKey,
  label: objectiveKey,
  colour: 'blue',
  seed,
  finished,
  points: losses.map((loss, index) => ({ loss, tokens: index * 100, seconds: index })),
  perplexity: Math.exp(losses.at(-1)!),
});

test('seeds are paired, the best objective comes first, the baseline is LBL', () => {
  const lines = verdicts([
    measured('lbl-sequence', '0', [5, 3, 2]),
    measured('lbl-sequence', '1', [5, 3, 2.2]),
    measured('simbal', '0', [5, 2, 1]),
    measured('simbal', '1', [5, 2.2, 1]),
    measured('none', '0', [5, 4, 3]),
  ]);
  expect(lines.map(({ key }) => key)).toEqual(['simbal', 'lbl-sequence', 'none']);
  expect(lines[0]!.speedUp).toMatchObject({ reached: true, ratio: 0.5, pairs: 2 });
  expect(lines[1]!.speedUp).toBeNull();
  expect(lines[2]!.speedUp).toEqual({ reached: false, pairs: 1, missed: 1 });
});

test('a run that is not finished spoils no mean', () => {
  const runs = [measured('a', '0', [5, 2]), measured('a', '1', [5], false)];
  expect(settled(runs).map(({ seed }) => seed)).toEqual(['0']);
  expect(settled(runs.slice(1)).map(({ seed }) => seed)).toEqual(['1']);
  expect(verdicts(runs)[0]).toMatchObject({ runs: 1, finished: true });
});

const corpus: DraftInput['corpus'] = {
  name: 'text',
  hash: 'h',
  tokenizer: 'bytes',
  vocabulary: 257,
  documents: { train: 1, validation: 1, duplicates: 0 },
  tokens: { train: 100_000, validation: 10_000 },
  bytes: 1,
  domains: {},
  folder: '',
};
const draft = (change: Partial<DraftInput> = {}): DraftInput => ({
  preset: 'nano',
  corpus,
  texts: textsOf('nano'),
  routerInit: 'paired',
  objectives: ['none', 'simbal:0.1'],
  seeds: '0-2',
  ...change,
});

test('a preset holds as it is, with its cost and the router that the paper pairs', () => {
  const { problems, configurations, seeds } = checkDraft(draft());
  expect([...problems]).toEqual([]);
  expect(seeds).toEqual([0, 1, 2]);
  expect(configurations.map(({ configuration }) => configuration.model.routerInit)).toEqual(['normal', 'orthogonal']);
  expect(configurations[0]!.estimate.parameters.total).toBeGreaterThan(3e6);
});

test('what is wrong is told at its field', () => {
  const texts = { ...textsOf('nano'), 'model.experts': '0', 'training.learningRate': 'NaN' };
  const { problems, configurations } = checkDraft(
    draft({ texts, objectives: ['simbl:1', 'none'], seeds: '1, x', corpus: undefined }),
  );
  expect([...problems.keys()].sort()).toEqual([
    'corpus',
    'model.experts',
    'objective.0',
    'seeds',
    'training.learningRate',
  ]);
  expect(problems.get('model.experts')).toContain('0');
  expect(configurations).toEqual([]);
});

test('a corpus that is too small is told at the context', () => {
  const small = { ...corpus!, tokens: { train: 100, validation: 10_000 } };
  expect([...checkDraft(draft({ corpus: small })).problems.keys()]).toEqual(['model.context']);
});

test('the same objective twice is refused', () => {
  expect([...checkDraft(draft({ objectives: ['none', 'none'] })).problems.keys()]).toEqual(['objective.1']);
  const ways = ['simbal:0.1', 'simbal : 0.10', 'simbal', 'lbl-sequence:0.01', 'lbl-sequence:1e-2', 'simbal:0.2'];
  expect([...checkDraft(draft({ objectives: ways })).problems.keys()]).toEqual(
    [1, 2, 4].map((at) => `objective.${at}`),
  );
});

test('seeds', () => {
  expect(parseSeeds('3, 5-7').seeds).toEqual([3, 5, 6, 7]);
  for (const wrong of ['', '1,,2', '1.5', '-1', '4-2', '1,1', '0-64', '9007199254740993']) {
    expect(parseSeeds(wrong), wrong).toMatchObject({ seeds: [], problem: expect.any(String) });
  }
});

test('a configuration comes back from its draft, and a wrong one keeps what is wrong', () => {
  const configuration = configurationFromPreset('micro', {
    corpus: 'text',
    name: 'seven',
    objective: [{ kind: 'simbal', coefficient: 0.25 }],
    seeds: { init: 7, data: 7 },
    training: { steps: 777 },
  });
  const corpora = [{ name: 'text', hash: 'abc' }] as unknown as Parameters<typeof draftOf>[1];
  const filled = draftOf(configuration, corpora);
  expect(filled).toMatchObject({ preset: 'micro', name: 'seven', corpus: 'abc', objective: 'simbal:0.25', seeds: '7' });
  expect(filled.texts['training.steps']).toBe('777');
  const { problems, configurations } = checkDraft({
    ...filled,
    corpus: undefined,
    objectives: [filled.objective],
  });
  expect([...problems.keys()]).toEqual(['corpus']);
  expect(configurations[0]!.configuration.training).toEqual(configuration.training);
  const wrong = draftOf({ model: { experts: '<b>' }, objective: 'simbl', corpus: 'other' }, corpora);
  expect(wrong).toMatchObject({ preset: 'nano', name: null, corpus: null, objective: '"simbl"', seeds: '0' });
  expect(wrong.texts['model.experts']).toBe('<b>');
  expect(draftOf(null, []).texts).toEqual(textsOf('nano'));
});
