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

export class Queue {
  readonly #active = new Map<string, Active>();
  #concurrency: number;
  #waiting: Task[] = [];
  #closed = false;

  /** How many tasks at once, at least 1. */
  constructor(concurrency: number) {
    this.#concurrency = concurrency;
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
    this.#waiting = this.#without(id);
    place(task, null);
    this.#number();
    return true;
  }

  /** Pauses what runs and starts nothing more; what waits keeps its place for the next time. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#active.values()) task.pause();
    await Promise.all([...this.#active.values()].map(({ ended }) => ended));
  }

  #without(id: string): Task[] {
    return this.#waiting.filter((task) => task.id !== id);
  }

  #fill(): void {
    while (!this.#closed && this.#active.size < this.#concurrency) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      place(task, null);
      this.#number();
      const active = this.#start(task);
      if (!active) continue;
      this.#active.set(task.id, active);
      void active.ended.then(() => {
        this.#active.delete(task.id);
        this.#fill();
      });
    }
  }

  /** A task that cannot be started (its store is locked, say) keeps no other from its turn. */
  #start(task: Task): Active | undefined {
    try {
      return task.start();
    } catch (thrown) {
      task.refused(LabError.from(thrown));
    }
  }

  #number(): void {
    for (const [index, task] of this.#waiting.entries()) place(task, index + 1);
  }
}

/** A place that cannot be kept now (its store is locked) costs nobody a turn: it is told to people and to the next lab alone. */
function place(task: Task, position: number | null): void {
  try {
    task.placed(position);
  } catch {
    // It is kept with the next change of the queue.
  }
}
