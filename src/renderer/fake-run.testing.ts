// One invented run: its curve falls as a real one's does, towards a loss and a balance of its objective.
import type { RunStatus, RunSummary } from '../shared/api.ts';
import { objectiveKey } from '../shared/config/objectives.ts';
import type { RunConfiguration } from '../shared/config/schema.ts';
import type { Evaluation, StepMetrics } from '../shared/worker-messages.ts';

const E = 16;
const K = 2;

/** The same for the same seed. */
function random(seed: number): () => number {
  let state = Math.imul(seed ^ (seed >>> 15), 2654435761) >>> 0;
  state = Math.imul(state ^ (state >>> 16), 0x45d9f3b) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const finals: Record<string, number> = {
  none: 1.94,
  'lbl-sequence': 1.82,
  simbal: 1.775,
  'simbal+lbl-sequence': 1.781,
  'loss-free-bias': 1.779,
};

export interface FakeRunOptions {
  /** How many records there were before it: two runs of one configuration differ. */
  number: number;
  experiment: string;
  configuration: RunConfiguration;
  status: RunStatus;
  /** Steps. */
  done: number;
}

export class FakeRun {
  summary: RunSummary;
  done: number;
  /** Share of its steps from which its loss rises. */
  diverges?: number;
  /** Only every third of its evaluations is there, without PES. */
  sparse?: boolean;
  readonly #final: number;
  readonly #number: number;

  constructor({ number, experiment, configuration, status, done }: FakeRunOptions) {
    const key = objectiveKey(configuration.objective);
    const next = random(number + 1 + configuration.seeds.init * 7);
    const created = new Date(Date.UTC(2026, 10, 20, 9, number + 1)).toISOString();
    this.done = done;
    this.#number = number;
    this.#final = (finals[key] ?? 1.85) + (next() - 0.5) * 0.02;
    this.summary = {
      id: `r${number}`,
      experiment,
      name: configuration.name,
      configuration,
      course: [],
      corpusHash: configuration.corpus,
      seedGroup: null,
      parent: null,
      status,
      message: null,
      queuePosition: null,
      note: '',
      tags: [],
      created,
      changed: created,
      removed: null,
      step: 0,
      tokens: 0,
      seconds: 0,
      tokensPerSecond: null,
      loss: null,
      evaluation: null,
      checkpoint: null,
      interrupted: false,
      waiting: null,
      sparkline: { steps: new Float64Array(), values: new Float64Array() },
    };
    this.refresh();
  }

  noise(step: number): number {
    return random(step * 31 + this.#number + 1)() - 0.5;
  }

  #loss(step: number): number {
    const { steps } = this.summary.configuration.training;
    const share = (300 * step) / steps;
    const beyond = this.diverges === undefined ? 0 : Math.max(0, step - this.diverges * steps);
    const falling = this.#final + (5.55 - this.#final) * Math.exp(-share / 32) + 0.9 * Math.exp(-share / 150) - 0.12;
    return falling + Math.expm1(beyond / 22);
  }

  metrics(step: number): StepMetrics {
    const { training, model, objective } = this.summary.configuration;
    const loss = this.#loss(step) + 0.12 * this.noise(step);
    const terms = Object.fromEntries(objective.map(({ kind }) => [kind, 0.02 + 0.4 * Math.exp(-step / 60)]));
    return {
      step,
      tokens: step * training.batch * model.context,
      seconds: step * 0.31,
      loss: loss + 0.02,
      crossEntropy: loss,
      zLoss: 1e-4,
      terms,
      gradientNorm: 0.6 + Math.abs(this.noise(step + 7)) + 3 * Math.exp(-step / 30),
      learningRate: 1e-3,
      tokensPerSecond: 6600 + 300 * this.noise(step + 3),
      maxLoad: 1.4 + Math.abs(this.noise(step)) * 2,
    };
  }

  evaluation(step: number): Evaluation {
    const { objective, seeds, training, model } = this.summary.configuration;
    const key = objectiveKey(objective);
    const L = model.layers;
    const collapse = key === 'none' ? 1 : key.includes('simbal') ? 0.25 : 0.04;
    const share = step / training.steps;
    const next = random(seeds.init + key.length);
    const counts = Array.from({ length: L }, () =>
      Array.from({ length: E }, () => {
        const weight = Math.exp(2.6 * collapse * Math.min(1, share * 4) * (next() * 3 - 1.6));
        return key === 'none' && weight < 0.2 * share ? 0 : Math.round((16384 * K * weight) / E);
      }),
    );
    const perLayer = (read: (layer: number) => number) => Array.from({ length: L }, (_, layer) => read(layer));
    const pes = perLayer(
      (layer) =>
        0.02 +
        0.3 * Math.exp(-share * 5) +
        0.02 * layer * (1.2 - share) +
        (key.includes('simbal') ? 0.002 : key === 'none' ? 0.022 : 0.03) +
        0.004 * this.noise(step + 7 * layer),
    );
    const loss = this.#loss(step) + 0.02 * this.noise(step);
    return {
      step,
      tokens: step * training.batch * model.context,
      seconds: step * 0.31,
      cost: 0.8,
      loss,
      perplexity: Math.exp(loss),
      evaluatedTokens: 16384,
      domains: {},
      routing:
        model.kind === 'dense'
          ? null
          : {
              counts,
              uniqueExperts: counts.map((layer) => layer.filter(Boolean).length),
              uniqueExpertsPooled: counts.flat().filter(Boolean).length,
              sequenceExpertUtilization: perLayer(
                (layer) => 0.99 - collapse * 0.4 * share + 0.01 * this.noise(step + layer),
              ),
              entropy: perLayer((layer) => 2.77 - collapse * 1.4 * share + 0.04 * this.noise(step + layer)),
              maxViolation: counts.map((layer) => Math.max(...layer) / (layer.reduce((a, b) => a + b, 0) / E) - 1),
              gini: perLayer(() => 0.04 + 0.5 * collapse * share),
              orthogonalityMeanSquare: perLayer(
                () => (key.includes('simbal') ? 2e-7 : 0.03) * (1 + share + 0.3 * next()),
              ),
              orthogonalityL1: perLayer(() => 1),
            },
      similarity:
        model.kind === 'dense' || this.sparse
          ? null
          : { tokens: 2048, pes, standardError: pes.map(() => 0.001), minimum: Math.min(...pes), pairs: [] },
    };
  }

  /** Steps of its evaluations. */
  get evaluated(): number[] {
    const { every } = this.summary.configuration.evaluation;
    const all = Array.from({ length: Math.floor(this.done / every) + 1 }, (_, index) => index * every);
    return this.sparse ? all.filter((_, index) => index % 3 === 0) : all;
  }

  /** Its summary, after it has trained. */
  refresh(): void {
    const { summary, done } = this;
    if (done === 0) return;
    const last = this.metrics(done);
    const { steps } = summary.configuration.training;
    const stride = Math.max(1, Math.round(steps / 100));
    const at = Float64Array.from({ length: Math.floor(done / stride) }, (_, index) => (index + 1) * stride);
    const newest = this.evaluation(this.evaluated.at(-1)!);
    Object.assign(summary, {
      step: done,
      tokens: last.tokens,
      seconds: last.seconds,
      tokensPerSecond: last.tokensPerSecond,
      loss: last.crossEntropy,
      evaluation: newest,
      checkpoint: done >= 100 ? Math.floor(done / 100) * 100 : null,
      sparkline: { steps: at, values: at.map((step) => this.metrics(step).crossEntropy) },
    });
  }
}
