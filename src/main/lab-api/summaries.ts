// Runs as a list shows them. What was read of a run is kept until an event says that it changed.
import type { ApiEvent, RunSummary } from '../../shared/api.ts';
import { courseOf } from '../../shared/course.ts';
import { mayWait, waitingKind } from '../../shared/waiting.ts';
import { pointsOf } from '../lab/comparison/curves.ts';
import { isDamage, type ReadOnlyStore, type RunRow, soundRun } from '../store/index.ts';

/** Stretches of a sparkline. */
const sparklineResolution = 32;

type Read = Omit<RunSummary, keyof RunRow | 'interrupted' | 'waiting'>;
type ReadOrDamaged = Read & { damage: string | null };

export class Summaries {
  readonly #store: ReadOnlyStore;
  readonly #read = new Map<string, ReadOrDamaged>();
  /** What cannot be written cannot be kept in the store either. */
  readonly #waiting = new Map<string, string>();

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
        this.#waiting.delete(event.run);
        break;
      case 'note':
        if (event.kind === waitingKind) this.#waiting.set(event.run, event.message);
        break;
      case 'run':
        if (!mayWait(event.run)) this.#waiting.delete(event.run.id);
    }
  }

  list(experiment?: string): RunSummary[] {
    return this.#store.runs.list(experiment === undefined ? {} : { experiment }).map((run) => this.of(run));
  }

  of(run: RunRow): RunSummary {
    const { damage, ...read } = this.#read.get(run.id) ?? readUnlessDamaged(this.#store, run);
    this.#read.set(run.id, { ...read, damage });
    return {
      ...run,
      ...read,
      ...(damage !== null && { damage, message: [damage, run.message].filter((text) => text).join(' ') }),
      interrupted: run.status === 'paused' && this.#store.segments.places(run.id).at(-1)?.outcome === 'interrupted',
      waiting: (mayWait(run) && this.#waiting.get(run.id)) || null,
    };
  }
}

/** Of a run whose rows are damaged nothing is shown but that they are; the others of a list are shown as ever. */
function readUnlessDamaged(store: ReadOnlyStore, run: RunRow): ReadOrDamaged {
  try {
    return { ...readSummary(store, run), damage: null };
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    return {
      ...{ course: [], step: 0, tokens: 0, seconds: 0, tokensPerSecond: null, loss: null, evaluation: null },
      ...{ checkpoint: null, sparkline: { steps: new Float64Array(), values: new Float64Array() } },
      damage: thrown.message,
    };
  }
}

function readSummary(store: ReadOnlyStore, run: RunRow): Read {
  const { id, parent, configuration } = run;
  const { model, training } = configuration;
  const newest = store.metrics.last(id);
  const evaluation = store.evaluations.newest(id)?.evaluation;
  const points = pointsOf(store.metrics.series(id, 'crossEntropy', { resolution: sparklineResolution }));
  const checkpoint = store.checkpoints.newest(id)?.step ?? null;
  // One that was imported begins at its checkpoint.
  const step = newest?.step ?? checkpoint ?? parent?.step ?? 0;
  return {
    course: courseOf(run, (origin) => soundRun(store, origin)),
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
    checkpoint,
    sparkline: {
      steps: Float64Array.from(points, (point) => point.step),
      values: Float64Array.from(points, (point) => point.value),
    },
  };
}
