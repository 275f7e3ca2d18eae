// Plain examples of everything a store takes, and a home to keep them in: for tests alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationFromPreset, type RunConfiguration } from '../../shared/config/index.ts';
import type { CorpusDescription, Evaluation, RunStart, StepMetrics } from '../../shared/worker-messages.ts';
import type { RunRow, Store } from './index.ts';

/** A fresh folder and what removes it. */
export function temporaryHome(): { home: string; remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'simbal-store-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export const sampleConfiguration: RunConfiguration = configurationFromPreset('nano', {
  ...{ name: 'tiny', corpus: 'stories', objective: [{ kind: 'simbal', coefficient: 0.1 }] },
  seeds: { init: 1, data: Number.MAX_SAFE_INTEGER },
});

export const sampleStart: RunStart = {
  step: 0,
  initHash: 'a1',
  initHashWithoutRouters: 'b2',
  dataHash: 'c3',
  engine: { kind: 'onnx-cpu', device: 'test', software: false, threads: 2 },
  parameters: { total: 100, active: 50 },
  bytes: { estimated: 4000, parameters: 400 },
  versions: { node: '24' },
};

export const sampleCorpus: CorpusDescription = {
  name: 'stories',
  hash: 'd4'.repeat(32),
  tokenizer: 'bytes',
  vocabulary: 257,
  documents: { train: 9, validation: 1, duplicates: 0 },
  tokens: { train: 900, validation: 100 },
  bytes: 1000,
  domains: { __proto__: { documents: 1, tokens: 1, bytes: 1 }, $number: { documents: 2, tokens: 2, bytes: 2 } },
  folder: 'corpora/d4',
};

export function sampleStep(step: number, loss = 10 / step): StepMetrics {
  return {
    step,
    tokens: step * 512,
    seconds: step / 4,
    loss,
    crossEntropy: loss - 0.01,
    zLoss: 0.01,
    terms: { simbal: 1 / step, 'loss-free-bias': 0 },
    gradientNorm: 1,
    learningRate: 1e-3,
    tokensPerSecond: 2048,
    maxLoad: 1.5,
  };
}

export function sampleEvaluation(step: number, loss = 5): Evaluation {
  return {
    step,
    tokens: step * 512,
    seconds: step / 4,
    cost: 0.5,
    loss,
    perplexity: Math.exp(loss),
    evaluatedTokens: 1024,
    domains: { '<b>': { loss, tokens: 1000 }, '': { loss: Number.NaN, tokens: 24 } },
    routing: {
      counts: [
        [1, 2, 4_294_967_296],
        [4, 5, 6],
      ],
      uniqueExperts: [3, 3],
      uniqueExpertsPooled: 3,
      sequenceExpertUtilization: [1, 0.5],
      entropy: [1.0986, Number.NEGATIVE_INFINITY],
      maxViolation: [0, 0.1],
      gini: [0, 0.2],
      orthogonalityMeanSquare: [1e-9, 1e-8],
      orthogonalityL1: [0.1, 0.2],
    },
    similarity: {
      tokens: 64,
      pes: [0.1, 0.2],
      standardError: [0.01, 0.02],
      minimum: 0.1,
      pairs: [
        [
          [1, 0.1],
          [0.1, 1],
        ],
        [
          [1, Number.NaN],
          [Number.NaN, 1],
        ],
      ],
    },
  };
}

/** A run in an experiment of its own. */
export function sampleRun(store: Store, name = 'run'): RunRow {
  const experiment = store.experiments.create({ name: 'experiment' });
  return store.runs.create({ experiment: experiment.id, name, configuration: sampleConfiguration, corpusHash: 'd4' });
}

export function sampleSegment(store: Store, run: string, fromStep = 0): number {
  return store.segments.begin(run, { fromStep, start: sampleStart }).id;
}

export function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
