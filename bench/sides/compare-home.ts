// A home folder of twenty long runs, invented and always the same: four objectives of five seeds, each run with every point of
// its loss in the store. Making it takes minutes, so it is kept and handed out as copies.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openStore, type Store } from '../../src/main/store/index.ts';
import { parseObjectiveText } from '../../src/shared/config/objective-text.ts';
import { objectiveLabel } from '../../src/shared/config/objectives.ts';
import { configurationFromPreset } from '../../src/shared/config/presets.ts';
import type { RunConfiguration } from '../../src/shared/config/schema.ts';
import type { Evaluation, RunStart, StepMetrics } from '../../src/shared/worker-messages.ts';

const objectives = ['none', 'lbl-sequence', 'simbal', 'loss-free-bias'];
const seeds = [0, 1, 2, 3, 4];
const evaluationsPerRun = 40;
/** Steps of one transaction. */
const batch = 20_000;

export const inventedCorpus = {
  name: 'invented text',
  hash: 'c0ffee'.padEnd(64, '0'),
  tokenizer: 'bytes' as const,
  vocabulary: 257,
  documents: { train: 1000, validation: 10, duplicates: 0 },
  tokens: { train: 8_000_000, validation: 100_000 },
  bytes: 8_100_000,
  domains: {},
  folder: 'corpora/invented',
};

export const inventedStart: RunStart = {
  step: 0,
  initHash: 'a1',
  initHashWithoutRouters: 'b2',
  dataHash: 'c3',
  engine: { kind: 'onnx-cpu', device: 'invented', software: false, threads: 2 },
  parameters: { total: 3_500_000, active: 1_000_000 },
  bytes: { estimated: 0, parameters: 0 },
  versions: {},
};

/** A copy of the kept home, made first where there is none of so many points a run; `copy` must not exist. */
export function compareHome(kept: string, copy: string, points: number, say: (line: string) => void): void {
  const home = join(kept, `compare-${points}`);
  if (!existsSync(home)) make(home, points, say);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(home, copy, { recursive: true });
}

function make(home: string, points: number, say: (line: string) => void): void {
  const unfinished = `${home}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const store = openStore(unfinished);
  try {
    store.corpora.add(inventedCorpus, []);
    const experiment = store.experiments.create({ name: 'twenty long runs' }).id;
    const cells = objectives.flatMap((objective, index) => seeds.map((seed) => ({ objective, index, seed })));
    cells.forEach(({ objective, index, seed }, done) => {
      const objectiveTerms = parseObjectiveText(objective);
      const configuration = configurationFromPreset('nano', {
        corpus: inventedCorpus.hash,
        name: `${objectiveLabel(objectiveTerms)}, seed ${seed}`,
        objective: objectiveTerms,
        seeds: { init: seed, data: seed },
        training: { steps: points * 2 },
        evaluation: { every: points / evaluationsPerRun },
      });
      fill(store, experiment, configuration, new InventedRun(configuration, points, index, seed), points);
      say(`made run ${done + 1} of ${cells.length}`);
    });
  } finally {
    store.close();
  }
  renameSync(unfinished, home);
}

function fill(store: Store, experiment: string, configuration: RunConfiguration, run: InventedRun, points: number) {
  const { name } = configuration;
  const { id } = store.runs.create({ experiment, name, configuration, corpusHash: inventedCorpus.hash });
  const segment = store.segments.begin(id, { fromStep: 0, start: inventedStart }).id;
  for (let at = 0; at < points; at += batch) {
    store.metrics.append(segment, run.steps(at + 1, Math.min(points, at + batch)));
  }
  for (let at = 0; at <= points; at += points / evaluationsPerRun) store.evaluations.add(segment, run.evaluation(at));
  store.segments.end(segment, { outcome: 'paused', step: points });
  store.runs.setStatus(id, 'paused');
}

/** What a run of such length might say: a falling loss under noise with rare spikes. A step is the same whenever it is asked for. */
export class InventedRun {
  readonly #configuration: RunConfiguration;
  readonly #points: number;
  readonly #shift: number;
  readonly #floor: number;

  constructor(configuration: RunConfiguration, points: number, objective: number, seed: number) {
    this.#configuration = configuration;
    this.#points = points;
    this.#shift = objective * 101 + seed * 7919;
    this.#floor = 1.7 + 0.05 * objective + 0.004 * seed;
  }

  /** The steps first..last, with what a comparison reads of them. */
  steps(first: number, last: number): StepMetrics[] {
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const step = first + index;
      const noise = this.#noise(step);
      const spike = noise > 0.4999 ? 1.5 : 0;
      const { tokens, seconds } = this.#moment(step);
      // Of a step's numbers only those that the charts here read: each more would make the home a third larger.
      return { step, tokens, seconds, crossEntropy: this.#loss(step) + 0.2 * noise + spike, terms: {} } as StepMetrics;
    });
  }

  evaluation(step: number): Evaluation {
    const { layers: L, experts: E, active: K } = this.#configuration.model;
    const share = step / this.#points;
    const perLayer = <Of>(read: (layer: number) => Of) => Array.from({ length: L }, (_, layer) => read(layer));
    const loss = this.#loss(step) + 0.01 * this.#noise(step);
    const counts = perLayer((layer) =>
      Array.from({ length: E }, (_, expert) => Math.round(((4096 * K) / E) * (1 + this.#noise(expert + E * layer)))),
    );
    const pes = perLayer(
      (layer) => 0.05 + 0.3 * Math.exp(-5 * share) + 0.02 * layer + 0.01 * this.#noise(step + layer),
    );
    return {
      step,
      ...this.#moment(step),
      cost: 1,
      loss,
      perplexity: Math.exp(loss),
      evaluatedTokens: 4096,
      domains: {},
      routing: {
        counts,
        uniqueExperts: perLayer(() => E),
        uniqueExpertsPooled: E,
        sequenceExpertUtilization: perLayer(() => 0.9 + 0.1 * this.#noise(step + 1)),
        entropy: perLayer(() => 2 + 0.2 * this.#noise(step + 2)),
        maxViolation: perLayer(() => 0.5 + 0.2 * this.#noise(step + 3)),
        gini: perLayer(() => 0.2 + 0.1 * this.#noise(step + 4)),
        orthogonalityMeanSquare: perLayer(() => 1e-3 * (1.5 + this.#noise(step + 5))),
        orthogonalityL1: perLayer(() => 1),
      },
      similarity: { tokens: 512, pes, standardError: perLayer(() => 0.001), minimum: Math.min(...pes), pairs: [] },
    };
  }

  #moment(step: number): { tokens: number; seconds: number } {
    const { training, model } = this.#configuration;
    return { tokens: step * training.batch * model.context, seconds: step / 10 };
  }

  #loss(step: number): number {
    const share = step / this.#points;
    return this.#floor + 3 * Math.exp(-share * 200) + 0.8 * Math.exp(-share * 4);
  }

  /** Evenly from -0.5 to 0.5. */
  #noise(at: number): number {
    let state = (Math.imul(at + this.#shift, 2654435761) + 12345) >>> 0;
    state = Math.imul(state ^ (state >>> 15), 2246822519) >>> 0;
    state = Math.imul(state ^ (state >>> 13), 3266489917) >>> 0;
    return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32 - 0.5;
  }
}
