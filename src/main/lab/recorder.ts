// Writes what a run's workers report into the store, in order. What cannot be written for now (a full disk, a lock) is kept
// and tried again; the worker waits meanwhile, because nothing is acknowledged before it is written. What a run's alerts see in
// it is written beside it.
import { type Alert, alertKind, alertOf } from '../../shared/alerts.ts';
import type { RunConfiguration } from '../../shared/config/index.ts';
import { type ErrorData, LabError } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/worker-messages.ts';
import type { SegmentOutcome, Store } from '../store/index.ts';
import { pastOf } from './alerts/past.ts';
import { AlertWatch } from './alerts/watch.ts';
import type { Emit } from './events.ts';
import { Patience } from './patience.ts';

export class Recorder {
  readonly #store: Store;
  readonly #run: string;
  readonly #emit: Emit;
  /** What is written of the run waits with it. */
  readonly patience: Patience;
  #segment: number | null = null;
  #watch: AlertWatch | null = null;
  /** The newest step that is stored or was started from. */
  step = 0;

  constructor(store: Store, run: string, emit: Emit, retryAfter?: number) {
    this.#store = store;
    this.#run = run;
    this.#emit = emit;
    this.patience = new Patience(
      (text) => emit({ type: 'note', run, step: this.step, kind: 'waiting', message: `${text} Training waits.` }),
      retryAfter,
    );
  }

  /** Raises alerts from here on. */
  watch(configuration: RunConfiguration): void {
    this.#watch = new AlertWatch(configuration);
  }

  /** @throws LabError when it cannot be stored and waiting does not help */
  async record(event: WorkerEvent): Promise<void> {
    const run = this.#run;
    switch (event.type) {
      case 'started': {
        const { start } = event;
        await this.patience.write(() => {
          this.#segment = this.#store.segments.begin(run, { fromStep: start.step, start }).id;
        });
        this.step = start.step;
        this.#watch?.begin(pastOf(this.#store, run, start.step));
        return this.#emit({ type: 'started', run, start });
      }
      case 'steps':
        await this.patience.write(() => this.#store.metrics.append(this.#open(), event.steps));
        this.step = event.steps.at(-1)?.step ?? this.step;
        this.#emit({ type: 'steps', run, steps: event.steps });
        return this.#raise(this.#watch?.steps(event.steps));
      case 'evaluation':
        await this.patience.write(() => this.#store.evaluations.add(this.#open(), event.evaluation));
        this.#emit({ type: 'evaluation', run, evaluation: event.evaluation });
        return this.#raise(this.#watch?.evaluation(event.evaluation));
      case 'checkpoint':
        await this.patience.write(() => this.#store.checkpoints.add(this.#open(), event.checkpoint));
        this.#watch?.checkpoint(event.checkpoint.step);
        return this.#emit({ type: 'checkpoint', run, checkpoint: event.checkpoint });
      case 'note':
        return this.note(event.step, event.kind, event.message);
      case 'progress':
        return this.#emit({ type: 'progress', run, phase: event.phase, done: event.done, total: event.total });
    }
  }

  /** The worker stopped with an error. */
  async failed(error: ErrorData): Promise<void> {
    await this.#raise(this.#watch?.failed(error, this.step));
  }

  async note(step: number | null, kind: string, message: string, data: unknown = null): Promise<void> {
    await this.patience.write(() => this.#store.events.add(this.#run, { step, kind, message, data }));
    this.#emit({ type: 'note', run: this.#run, step, kind, message });
  }

  /** Ends the segment that is open, if one is. */
  async end(outcome: SegmentOutcome): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    if (segment !== null)
      await this.patience.write(() => this.#store.segments.end(segment, { outcome, step: this.step }));
  }

  /** Steps that are done again after a crash raise again what was raised at them: that is kept once. */
  async #raise(alerts: readonly Alert[] = []): Promise<void> {
    const run = this.#run;
    for (const alert of alerts) {
      const { step, message, detector } = alert;
      const same = (other: Alert | null) => other?.detector === detector && other.step === step;
      if (this.#store.events.list(run).some((event) => same(alertOf(event)))) continue;
      await this.patience.write(() => this.#store.events.add(run, { step, kind: alertKind, message, data: alert }));
      this.#emit({ type: 'alert', run, alert });
    }
  }

  #open(): number {
    if (this.#segment !== null) return this.#segment;
    throw new LabError('worker', 'The worker reported results before it said that it had started.', {
      remedy: 'Report this: it is a fault of the lab.',
    });
  }
}
