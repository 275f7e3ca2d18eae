// Runs as a list shows them. What was read of a run is kept until an event says that it changed.
import type { ApiEvent, RunSummary } from '../../shared/api.ts';
import { pointsOf } from '../lab/comparison/curves.ts';
import type { ReadOnlyStore, RunRow } from '../store/index.ts';

/** Stretches of a sparkline. */
const sparklineResolution = 32;

type Read = Omit<RunSummary, keyof RunRow>;

export class Summaries {
  readonly #store: ReadOnlyStore;
  readonly #read = new Map<string, Read>();

  constructor(store: ReadOnlyStore) {
    this.#store = store;
  }

  /** To be told every event of the lab. */
  take(event: ApiEvent): void {
    switch (event.type) {
      case 'started':
      case 'steps':
      case 'evaluation':
      case 'checkpoint':
        this.#read.delete(event.run);
    }
  }

  list(experiment?: string): RunSummary[] {
    return this.#store.runs.list(experiment === undefined ? {} : { experiment }).map((run) => this.of(run));
  }

  of(run: RunRow): RunSummary {
    const known = this.#read.get(run.id);
    if (known) return { ...run, ...known };
    const read = readSummary(this.#store, run);
    this.#read.set(run.id, read);
    return { ...run, ...read };
  }
}

function readSummary(store: ReadOnlyStore, { id, parent, configuration }: RunRow): Read {
  const { model, training } = configuration;
  const newest = store.metrics.last(id);
  const evaluation = store.evaluations.newest(id)?.evaluation;
  const points = pointsOf(store.metrics.series(id, 'crossEntropy', { resolution: sparklineResolution }));
  const step = newest?.step ?? parent?.step ?? 0;
  return {
    step,
    tokens: newest?.tokens ?? step * training.accumulate * training.batch * model.context,
    seconds: newest?.seconds ?? 0,
    tokensPerSecond: newest?.tokensPerSecond ?? null,
    loss: newest?.crossEntropy ?? null,
    evaluation: evaluation
      ? {
          step: evaluation.step,
          tokens: evaluation.tokens,
          seconds: evaluation.seconds,
          loss: evaluation.loss,
          perplexity: evaluation.perplexity,
        }
      : null,
    checkpoint: store.checkpoints.newest(id)?.step ?? null,
    sparkline: {
      steps: Float64Array.from(points, (point) => point.step),
      values: Float64Array.from(points, (point) => point.value),
    },
  };
}
