// Which runs are carried out now and which come next. A run waits in the order in which it was asked for.
import { LabError } from '../../shared/errors.ts';
import type { Store } from '../store/index.ts';
import type { ActiveRun } from './active-run.ts';
import type { Emit } from './events.ts';

export interface QueueOptions {
  store: Store;
  emit: Emit;
  /** How many runs at once, at least 1. */
  concurrency: number;
  start(run: string): ActiveRun;
}

export class Queue {
  readonly #options: QueueOptions;
  readonly #active = new Map<string, ActiveRun>();
  #waiting: string[] = [];
  #idle = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get waiting(): readonly string[] {
    return this.#waiting;
  }

  active(run: string): ActiveRun | undefined {
    return this.#active.get(run);
  }

  get concurrency(): number {
    return this.#options.concurrency;
  }

  setConcurrency(concurrency: number): void {
    this.#options.concurrency = Math.max(1, Math.floor(concurrency));
    this.#fill();
  }

  /** Puts a run at the end, or before another waiting one, and starts it when there is room. */
  add(run: string, before?: string): void {
    this.#waiting = this.#waiting.filter((other) => other !== run);
    const place = before === undefined ? -1 : this.#waiting.indexOf(before);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, run);
    this.#number();
    this.#fill();
  }

  /** Takes out a run that waits; false when it does not. */
  remove(run: string): boolean {
    if (!this.#waiting.includes(run)) return false;
    this.#waiting = this.#waiting.filter((other) => other !== run);
    this.#place(run, null);
    this.#number();
    return true;
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    while (this.#active.size > 0 || this.#waiting.length > 0) await this.#idle.promise;
  }

  /** Pauses what runs and starts nothing more; what waits keeps its place for the next time. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#active.values()) run.pause();
    await Promise.all([...this.#active.values()].map(({ ended }) => ended));
  }

  #fill(): void {
    while (!this.#closed && this.#active.size < this.#options.concurrency) {
      const run = this.#waiting.shift();
      if (run === undefined) return;
      this.#place(run, null);
      this.#number();
      const active = this.#start(run);
      if (!active) continue;
      this.#active.set(run, active);
      void active.ended.then(() => {
        this.#active.delete(run);
        this.#fill();
        this.#idle.resolve();
        this.#idle = Promise.withResolvers<void>();
      });
    }
  }

  /** A run that cannot be started (its store is locked, say) keeps no other from its turn. */
  #start(run: string): ActiveRun | undefined {
    try {
      return this.#options.start(run);
    } catch (thrown) {
      const message = `It could not be started: ${LabError.from(thrown).message} Start it again.`;
      this.#options.emit({ type: 'note', run, step: null, kind: 'failed', message });
    }
  }

  #number(): void {
    for (const [index, run] of this.#waiting.entries()) this.#place(run, index + 1);
  }

  #place(run: string, position: number | null): void {
    const { store, emit } = this.#options;
    if (store.runs.get(run).queuePosition === position) return;
    emit({ type: 'run', run: store.runs.setQueuePosition(run, position) });
  }
}
