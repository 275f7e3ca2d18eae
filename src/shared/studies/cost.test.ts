import { describe, expect, test } from 'vitest';
import { forwardFlopsPerToken, memoryEstimate, similarityFactor } from '../config/cost.ts';
import { configurationFromPreset } from '../config/presets.ts';
import type { CorpusDescription } from '../worker-messages.ts';
import { forwardMemory, routingMemory, studyCost } from './cost.ts';
import { sampleSize } from './sample.ts';
import { type StudyRequestInput, studyRequestSchema } from './study.ts';

const configuration = configurationFromPreset('nano', { corpus: 'corpus' });
const { model } = configuration;
const corpus: CorpusDescription = {
  name: 'corpus',
  hash: '',
  tokenizer: 'bytes',
  vocabulary: 257,
  documents: { train: 10, validation: 2, duplicates: 0 },
  tokens: { train: 1e6, validation: 1e5 },
  bytes: 1e6,
  domains: { a: { documents: 1, tokens: 1, bytes: 1 }, b: { documents: 1, tokens: 1, bytes: 1 } },
  folder: '',
};

const costOf = (input: StudyRequestInput, described = corpus) =>
  studyCost(studyRequestSchema.parse(input), configuration, described);

const perToken = forwardFlopsPerToken(model).total;

const shape = { batch: 16, context: 128 };

test('a sample has whole batches, and no more than the split', () => {
  // 1e5 tokens have 781 windows, 48 whole batches.
  expect(sampleSize(shape, 4096, 1e5)).toEqual({ batches: 2, rows: 16, tokens: 4096, computed: 4096 });
  expect(sampleSize(shape, 4097, 1e5).batches).toBe(3);
  expect(sampleSize(shape, 1e9, 1e5)).toMatchObject({ batches: 48, tokens: 98_304 });
  expect(sampleSize(shape, 1e9, 129)).toEqual({ batches: 1, rows: 1, tokens: 128, computed: 2048 });
});

describe('forward passes', () => {
  test('routing: one a checkpoint', () => {
    const { tokens, flops } = costOf({ kind: 'routing', run: 'r', steps: [1, 2, 3], tokens: 4096 });
    expect(tokens).toBe(3 * 4096);
    expect(flops).toBe(3 * 4096 * perToken);
  });

  test('similarity: (total − emb)/(active − emb) times as much', () => {
    const { tokens, flops } = costOf({ kind: 'similarity', run: 'r', steps: [1, 2], tokens: 4096 });
    expect(tokens).toBe(2 * 4096);
    expect(flops).toBeCloseTo(2 * 4096 * perToken * similarityFactor(model), 0);
  });

  test('lens: one context', () => {
    const source = { from: 'text', text: 'a' } as const;
    expect(costOf({ kind: 'lens', run: 'r', step: 1, source }).tokens).toBe(model.context);
  });

  test('pruning: the unpruned model and every setting', () => {
    const settings = [{ method: 'drop-top', experts: 1 } as const, { method: 'fewer-active', active: 1 } as const];
    const throughput = { batches: [] };
    const { tokens } = costOf({ kind: 'pruning', run: 'r', step: 1, settings, tokens: 4096, throughput });
    expect(tokens).toBeGreaterThanOrEqual(3 * 4096);
  });
});

describe('memory', () => {
  test('a forward pass needs less than a step of training', () => {
    expect(forwardMemory(configuration)).toBeLessThan(memoryEstimate(configuration).total);
  });

  test('what a routing study holds: three passes, the text, one table', () => {
    const n = 1000;
    const pass = n * (2 * model.layers * model.active + 4);
    expect(routingMemory(model, n)).toBe(3 * pass + 12 * n + 4 * model.experts * 257);
    // A vocabulary larger than the sample costs no more than the sample's own tokens.
    expect(routingMemory({ ...model, vocabulary: 1e6 }, n)).toBe(3 * pass + 12 * n + 4 * model.experts * n);
  });

  test('it does not grow with the number of checkpoints, what is stored does', () => {
    const [few, many] = [[1], [1, 2, 3, 4]].map((steps) => costOf({ kind: 'similarity', run: 'r', steps }));
    expect(many!.memory).toBe(few!.memory);
    expect(many!.storedBytes).toBe(4 * few!.storedBytes);
  });
});
