import { expect, test } from 'vitest';
import { forwardFlopsPerToken, similarityFactor } from '../config/cost.ts';
import { configurationFromPreset } from '../config/presets.ts';
import type { CorpusDescription } from '../worker-messages.ts';
import { studyCost } from './cost.ts';
import { type PruningSettingInput, pruningRequestSchema } from './pruning.ts';

const configuration = configurationFromPreset('nano', { corpus: 'corpus' });
const { model, training } = configuration;
const corpus = {
  name: 'corpus',
  tokenizer: 'bytes',
  vocabulary: 257,
  tokens: { train: 1e6, validation: 1e5 },
  domains: {},
} as CorpusDescription;

const costOf = (settings: PruningSettingInput[], batches: number[] = []) =>
  studyCost(
    pruningRequestSchema.parse({
      kind: 'pruning',
      run: 'r',
      step: 1,
      settings,
      tokens: 4096,
      calibration: { tokens: 4096 },
      throughput: { batches, repeats: 3 },
    }),
    configuration,
    corpus,
  );

const batch = training.batch * model.context;
/** Two batches, and one that warms up. */
const evaluation = 4096 + batch;
const perToken = forwardFlopsPerToken(model).total;

test('each setting is an evaluation, the unpruned model one more', () => {
  expect(costOf([{ method: 'none' }]).tokens).toBe(evaluation);
  const { tokens, flops } = costOf([
    { method: 'drop-top', experts: 1 },
    { method: 'dynamic', share: 0.5 },
  ]);
  expect(tokens).toBe(3 * evaluation);
  expect(flops).toBe(3 * evaluation * perToken);
});

test('what may be faster is timed beside the unpruned model, a mask is not', () => {
  const pass = (1 + 8) * model.context * (3 + 2);
  const settings: PruningSettingInput[] = [
    { method: 'drop-top', experts: 1 },
    { method: 'dynamic', share: 0.5 },
  ];
  expect(costOf(settings, [1, 8]).tokens).toBe(3 * evaluation + (1 + 2) * pass);
});

test('criteria see the training tokens once, those of outputs with every expert', () => {
  const remove = (criterion: 'random' | 'frequency' | 'reap') => ({ method: 'remove', criterion, ratio: 0.5 }) as const;
  expect(costOf([remove('random')]).tokens).toBe(2 * evaluation);
  expect(costOf([remove('frequency')]).tokens).toBe(2 * evaluation + 4096);
  const { tokens, flops } = costOf([remove('frequency'), remove('reap')]);
  expect(tokens).toBe(3 * evaluation + 4096);
  expect(flops).toBeCloseTo((3 * evaluation + 4096 * similarityFactor(model)) * perToken, -3);
});

test('larger batches need more memory', () => {
  expect(costOf([{ method: 'none' }], [64]).memory).toBeGreaterThan(costOf([{ method: 'none' }], [1]).memory);
});
