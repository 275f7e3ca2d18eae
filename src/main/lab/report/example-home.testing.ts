// A store with invented runs for tests of reports: objectives × seeds, always the same; one diverged, one not begun, one pruned.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationFromPreset, objectiveLabel, parseObjectiveText } from '../../../shared/config/index.ts';
import type { PruningPart, PruningSetting } from '../../../shared/studies/pruning.ts';
import { pruningKey } from '../../../shared/studies/pruning-key.ts';
import { studyRequestSchema } from '../../../shared/studies/study.ts';
import type { CorpusDescription, Evaluation, RunStart, StepMetrics } from '../../../shared/worker-messages.ts';
import { openStore, type Store } from '../../store/index.ts';

export interface ExampleOptions {
  objectives?: readonly string[];
  seeds?: readonly number[];
  steps?: number;
  /** Of every run, the corpus and the experiment; what tells them apart when left out. */
  name?: string;
}

const corpusHash = 'ab'.repeat(32);

export const exampleCorpus = (name: string): CorpusDescription => ({
  name,
  hash: corpusHash,
  tokenizer: 'bytes',
  vocabulary: 257,
  documents: { train: 950, validation: 50, duplicates: 0 },
  tokens: { train: 8_000_000, validation: 400_000 },
  bytes: 8_400_000,
  domains: {},
  folder: 'corpora/invented',
});

/** Ids in the order objectives × seeds. The store stays open. */
export function exampleHome(home: string, options: ExampleOptions = {}): { store: Store; runs: string[] } {
  const { objectives = ['lbl-sequence', 'simbal'], seeds = [0, 1, 2], steps = 40, name } = options;
  const store = openStore(home);
  store.corpora.add(exampleCorpus(name ?? 'invented text'), [{ path: `/home/somebody/${name ?? 'texts'}` }]);
  const experiment = store.experiments.create({ name: name ?? 'An experiment' }).id;
  const runs = objectives.flatMap((text, index) =>
    seeds.map((seed) => {
      const objective = parseObjectiveText(text);
      const configuration = configurationFromPreset('nano', {
        corpus: corpusHash,
        name: name ?? `${objectiveLabel(objective)}, seed ${seed}`,
        objective,
        seeds: { init: seed, data: seed },
        model: { routerInit: 'orthogonal' },
        training: { steps, warmupSteps: 4 },
      });
      const { id } = store.runs.create({ experiment, name: configuration.name, configuration, corpusHash });
      const segment = store.segments.begin(id, { fromStep: 0, start }).id;
      store.metrics.append(
        segment,
        Array.from({ length: steps }, (_, step) => metrics(step + 1, index, seed)),
      );
      for (let step = 0; step <= steps; step += steps / 8)
        store.evaluations.add(segment, evaluation(step, steps, index, seed));
      store.segments.end(segment, { outcome: 'completed', step: steps });
      store.runs.setStatus(id, 'completed');
      return id;
    }),
  );
  return { store, runs };
}

/** A run of the first one's experiment that stopped with a loss that is not finite, after an interruption. */
export function addDiverged(store: Store, like: string): string {
  const { experiment, configuration } = store.runs.get(like);
  const { id } = store.runs.create({
    experiment,
    name: 'diverged',
    configuration: { ...configuration, seeds: { init: 9, data: 9 } },
    corpusHash,
  });
  const first = store.segments.begin(id, { fromStep: 0, start }).id;
  store.metrics.append(
    first,
    [1, 2, 3, 4, 5, 6].map((step) => metrics(step, 0, 9)),
  );
  store.evaluations.add(first, evaluation(0, 40, 0, 9));
  store.segments.end(first, { outcome: 'interrupted', step: 6 });
  const second = store.segments.begin(id, { fromStep: 4, start }).id;
  const broken = { ...metrics(5, 0, 9), crossEntropy: Number.NaN, loss: Number.NaN };
  store.metrics.append(second, [broken]);
  store.evaluations.add(second, { ...evaluation(5, 40, 0, 9), loss: Number.NaN, perplexity: Number.NaN });
  store.segments.end(second, { outcome: 'failed', step: 5 });
  store.events.add(id, { step: 5, kind: 'failed', message: 'The loss is not finite.' });
  store.runs.setStatus(id, 'failed', 'The loss is not finite.');
  return id;
}

/** A checkpoint whose files are there. */
export function addCheckpoint(store: Store, run: string, step: number): void {
  const folder = join(store.paths.checkpoints, run, `step-${String(step).padStart(8, '0')}`);
  mkdirSync(folder, { recursive: true });
  const hashes: Record<string, string> = {};
  for (const file of ['model.safetensors', 'state.json']) {
    const bytes = Buffer.from(`${file} of ${step}`);
    writeFileSync(join(folder, file), bytes);
    hashes[file] = createHash('sha256').update(bytes).digest('hex');
  }
  const segment = store.segments.list(run).at(-1)!.id;
  store.checkpoints.add(segment, { step, folder, hashes, bytes: 100 });
}

const prunedSettings: PruningSetting[] = [
  { method: 'none' },
  { method: 'drop-top', experts: 1, renormalise: false },
  { method: 'drop-top', experts: 2, renormalise: false },
  { method: 'threshold', threshold: 0.1, renormalise: false, keepOne: true },
  { method: 'threshold', threshold: 0.2, renormalise: false, keepOne: true },
];

export function addPruning(store: Store, run: string, step = 40, measured = prunedSettings): void {
  const settings = measured.slice(1);
  const request = studyRequestSchema.parse({ kind: 'pruning', run, step, settings, tokens: 4096 });
  const { id } = store.studies.create({ run, request, hash: `${run}${step}${settings.length}`.padEnd(64, '0') });
  store.studies.setStarted(id, {
    provenance: { engine: 'onnx-cpu', device: 'invented', threads: 2, versions: {} },
    total: measured.length,
  });
  for (const [index, setting] of measured.entries()) {
    store.studies.appendPart(id, { key: pruningKey(setting), result: { ...pruned(setting, index), step } });
  }
  store.studies.setStatus(id, 'completed');
}

function pruned(setting: PruningSetting, index: number): PruningPart {
  const loss = 2 + 0.05 * index;
  const mask = setting.method === 'drop-top';
  const speed = { median: 1000 + 100 * index, low: 990, high: 1300 };
  return {
    step: 40,
    setting,
    kind: mask ? 'mask' : 'pruned',
    tokens: 4096,
    calibrationTokens: null,
    loss,
    perplexity: Math.exp(loss),
    blocks: Float64Array.from([loss - 0.01, loss, loss + 0.01 + 0.001 * index]),
    domains: {},
    counts: new Float64Array(64),
    layers: 4,
    experts: 16,
    activeExperts: 2 - 0.1 * index,
    kept: null,
    scores: null,
    bytes: 14_000_000,
    parameters: 3_500_000,
    flopsPerToken: 2_000_000 - 1000 * index,
    seconds: mask ? null : 10 - index,
    throughput: mask ? null : [{ batch: 8, tokensPerSecond: speed, unpruned: { median: 1000, low: 990, high: 1010 } }],
    exported: null,
    notExported: null,
  };
}

const start: RunStart = {
  step: 0,
  initHash: 'a1'.repeat(32),
  initHashWithoutRouters: 'b2'.repeat(32),
  dataHash: 'c3'.repeat(32),
  engine: { kind: 'onnx-cpu', device: 'invented', software: false, threads: 2 },
  parameters: { total: 3_500_000, active: 730_000 },
  bytes: { estimated: 0, parameters: 0 },
  versions: { node: '24.0.0' },
};

const tokensOf = (step: number) => step * 2048;
const lossAt = (step: number, objective: number, seed: number) =>
  1.9 + 3.6 * Math.exp(-step / (14 - objective)) + 0.01 * Math.sin(seed * 7 + step) - 0.03 * objective;

function metrics(step: number, objective: number, seed: number): StepMetrics {
  const crossEntropy = lossAt(step, objective, seed) + 0.05 * Math.sin(step * 3 + seed);
  return {
    step,
    tokens: tokensOf(step),
    seconds: step / 8,
    loss: crossEntropy + 0.01,
    crossEntropy,
    zLoss: 0.001,
    terms: { simbal: 0.01 },
    gradientNorm: 1,
    learningRate: 1e-3,
    tokensPerSecond: 16_384,
    maxLoad: 1.5,
  };
}

export function evaluation(step: number, steps: number, objective: number, seed: number): Evaluation {
  const layers = <Of>(read: (layer: number) => Of) => Array.from({ length: 4 }, (_, layer) => read(layer));
  const loss = lossAt(step, objective, seed);
  const share = step / steps;
  const pes = layers((layer) => 0.04 + 0.3 * Math.exp(-4 * share - objective) + 0.01 * layer + 0.002 * seed);
  return {
    step,
    tokens: tokensOf(step),
    seconds: step / 8,
    cost: 1,
    loss,
    perplexity: Math.exp(loss),
    evaluatedTokens: 4096,
    domains: {},
    routing: {
      counts: layers((layer) => Array.from({ length: 16 }, (_, expert) => 400 + 30 * expert + layer + 5 * seed)),
      uniqueExperts: layers(() => 16),
      uniqueExpertsPooled: 16,
      sequenceExpertUtilization: layers(() => 0.8 + 0.01 * objective),
      entropy: layers(() => 2.1),
      maxViolation: layers(() => 0.5 - 0.1 * share),
      gini: layers(() => 0.2),
      orthogonalityMeanSquare: layers(() => 1e-4 * (1 + objective)),
      orthogonalityL1: layers(() => 0.5),
    },
    similarity: { tokens: 512, pes, standardError: layers(() => 0.001), minimum: Math.min(...pes), pairs: [] },
  };
}
