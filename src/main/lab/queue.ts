// What is carried out now and what comes next, runs and studies in one order: that in which they were asked for. It knows no
// kind of task and no store.
import { LabError } from '../../shared/errors.ts';

/** Something that waits to be carried out. Ids are distinct over all kinds. */
export interface Task {
  readonly id: string;
  /** Its place among all that wait, from 1; null when it waits no longer. */
  placed(position: number | null): void;
  /** @throws whatever keeps it from being started */
  start(): Active;
  /** Its turn has come and it cannot be started yet. It keeps its place and is tried again; each new fault is told once. */
  delayed(error: LabError): void;
  /** It could not be started; it waits no longer. */
  refused(error: LabError): void;
}

/** Something that is being carried out. */
export interface Active {
  pid(): number | undefined;
  /** It ends when it is at a point from which it can go on. */
  pause(): void;
  /** The same for good, and at once where it takes too long or is told again. */
  stop(): void;
  /** Does not reject. */
  readonly ended: Promise<void>;
}

export interface QueueOptions {
  /** Whether what keeps a task from being started passes by itself. */
  passes(thrown: unknown): boolean;
  /** Milliseconds until it is tried again. */
  retryAfter?: number;
}

export class Queue {
  readonly #active = new Map<string, Active>();
  readonly #passes: (thrown: unknown) => boolean;
  readonly #retryAfter: number;
  #concurrency: number;
  #waiting: Task[] = [];
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  /** What delays the first task, as it was told. */
  #delay = '';

  /** How many tasks at once, at least 1. */
  constructor(concurrency: number, { passes, retryAfter = 1000 }: QueueOptions) {
    this.#concurrency = concurrency;
    this.#passes = passes;
    this.#retryAfter = retryAfter;
  }

  waits(id: string): boolean {
    return this.#waiting.some((task) => task.id === id);
  }

  active(id: string): Active | undefined {
    return this.#active.get(id);
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  setConcurrency(concurrency: number): void {
    this.#concurrency = Math.max(1, Math.floor(concurrency));
    this.#fill();
  }

  /** Puts a task at the end, or before another waiting one, and starts it when there is room. */
  add(task: Task, before?: string): void {
    this.#waiting = this.#without(task.id);
    const place = this.#waiting.findIndex(({ id }) => id === before);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, task);
    this.#number();
    this.#fill();
  }

  /** Takes out a task that waits; false when it does not. */
  remove(id: string): boolean {
    const task = this.#waiting.find((other) => other.id === id);
    if (!task) return false;
    this.#leave(task);
    return true;
  }

  /** Pauses what runs and starts nothing more; what waits keeps its place for the next time. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const task of this.#active.values()) task.pause();
    await Promise.all([...this.#active.values()].map(({ ended }) => ended));
  }

  /** Ends what is being carried out without waiting for it. */
  stop(): void {
    for (const task of this.#active.values()) for (let times = 0; times < 2; times += 1) task.stop();
  }

  #without(id: string): Task[] {
    return this.#waiting.filter((task) => task.id !== id);
  }

  #fill(): void {
    clearTimeout(this.#retry);
    while (!this.#closed && this.#active.size < this.#concurrency) {
      const [task] = this.#waiting;
      if (task === undefined) return;
      const active = this.#start(task);
      if (active === 'later') {
        this.#retry = setTimeout(() => this.#fill(), this.#retryAfter);
        return;
      }
      if (!active) continue;
      this.#active.set(task.id, active);
      this.#leave(task);
      void active.ended.then(() => {
        this.#active.delete(task.id);
        this.#fill();
      });
    }
  }

  /** A task that can never be started keeps no other from its turn; one that can later does, as the others could not either. */
  #start(task: Task): Active | 'later' | null {
    try {
      const active = task.start();
      this.#delay = '';
      return active;
    } catch (thrown) {
      const error = LabError.from(thrown);
      if (this.#passes(thrown)) {
        const delay = `${task.id} ${error.message}`;
        if (delay !== this.#delay) task.delayed(error);
        this.#delay = delay;
        return 'later';
      }
      this.#leave(task);
      task.refused(error);
      return null;
    }
  }

  #leave(task: Task): void {
    this.#waiting = this.#without(task.id);
    place(task, null);
    this.#number();
  }

  #number(): void {
    for (const [index, task] of this.#waiting.entries()) place(task, index + 1);
  }
}

/** A place that cannot be kept costs nobody a turn: it is told to people and to the next lab alone. */
function place(task: Task, position: number | null): void {
  try {
    task.placed(position);
  } catch {
    // It is kept with the next change of the queue.
  }
}
