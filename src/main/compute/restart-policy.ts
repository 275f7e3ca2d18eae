// How often a crashing worker is started again before a person is asked.

export class RestartPolicy {
  readonly limit: number;
  readonly window: number;
  readonly #now: () => number;
  #restarts: number[] = [];

  /** At most `limit` restarts within `window` milliseconds of a clock that never goes back. */
  constructor({ limit = 3, window = 300_000, now = () => performance.now() } = {}) {
    this.limit = limit;
    this.window = window;
    this.#now = now;
  }

  /** Whether one more restart is allowed; counts it when it is. */
  take(): boolean {
    const now = this.#now();
    this.#restarts = this.#restarts.filter((time) => now - time < this.window);
    if (this.#restarts.length >= this.limit) return false;
    this.#restarts.push(now);
    return true;
  }
}
