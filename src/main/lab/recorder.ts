// Writes what a run's workers report into the store, in order. What cannot be written for now (a full disk, a lock) is kept
// and tried again; the worker waits meanwhile, because nothing is acknowledged before it is written.
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/worker-messages.ts';
import { isTemporary, type SegmentOutcome, type Store } from '../store/index.ts';
import type { Emit } from './events.ts';

export class Recorder {
  readonly #store: Store;
  readonly #run: string;
  readonly #emit: Emit;
  readonly #retryAfter: number;
  readonly #given = new AbortController();
  #segment: number | null = null;
  /** The newest step that is stored or was started from. */
  step = 0;

  constructor(store: Store, run: string, emit: Emit, retryAfter = 1000) {
    this.#store = store;
    this.#run = run;
    this.#emit = emit;
    this.#retryAfter = retryAfter;
  }

  /** @throws LabError when it cannot be stored and waiting does not help */
  async record(event: WorkerEvent): Promise<void> {
    const run = this.#run;
    switch (event.type) {
      case 'started': {
        const { start } = event;
        await this.patiently(() => {
          this.#segment = this.#store.segments.begin(run, { fromStep: start.step, start }).id;
        });
        this.step = start.step;
        return this.#emit({ type: 'started', run, start });
      }
      case 'steps':
        await this.patiently(() => this.#store.metrics.append(this.#open(), event.steps));
        this.step = event.steps.at(-1)?.step ?? this.step;
        return this.#emit({ type: 'steps', run, steps: event.steps });
      case 'evaluation':
        await this.patiently(() => this.#store.evaluations.add(this.#open(), event.evaluation));
        return this.#emit({ type: 'evaluation', run, evaluation: event.evaluation });
      case 'checkpoint':
        await this.patiently(() => this.#store.checkpoints.add(this.#open(), event.checkpoint));
        return this.#emit({ type: 'checkpoint', run, checkpoint: event.checkpoint });
      case 'note':
        return this.note(event.step, event.kind, event.message);
      case 'progress':
        return this.#emit({ type: 'progress', run, phase: event.phase, done: event.done, total: event.total });
    }
  }

  async note(step: number | null, kind: string, message: string): Promise<void> {
    await this.patiently(() => this.#store.events.add(this.#run, { step, kind, message }));
    this.#emit({ type: 'note', run: this.#run, step, kind, message });
  }

  /** Ends the segment that is open, if one is. */
  async end(outcome: SegmentOutcome): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    if (segment !== null) await this.patiently(() => this.#store.segments.end(segment, { outcome, step: this.step }));
  }

  /** Waits no longer for a store that cannot be written. */
  giveUp(): void {
    this.#given.abort();
  }

  /** Tries again as long as the fault is one that passes, and says so once. */
  async patiently(work: () => unknown): Promise<void> {
    for (let told = ''; ; ) {
      try {
        work();
        return;
      } catch (thrown) {
        const { message, remedy } = LabError.from(thrown);
        if (!isTemporary(thrown) || this.#given.signal.aborted) throw thrown;
        const text = `${message} ${remedy ?? ''}`.trim();
        if (text !== told) {
          this.#emit({
            type: 'note',
            run: this.#run,
            step: this.step,
            kind: 'waiting',
            message: `${text} Training waits.`,
          });
        }
        told = text;
        await delay(this.#retryAfter, undefined, { signal: this.#given.signal }).catch(() => {});
      }
    }
  }

  #open(): number {
    if (this.#segment !== null) return this.#segment;
    throw new LabError('worker', 'The worker reported results before it said that it had started.', {
      remedy: 'Report this: it is a fault of the lab.',
    });
  }
}
