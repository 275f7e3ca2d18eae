// Work that takes a process or much memory, asked for by any number of pages: so much of it at once, and the rest in the order in
// which it was asked for. Whoever gives up, or goes away, leaves the line.

export type Work<Input, Output> = (input: Input, signal: AbortSignal) => Output | Promise<Output>;

/** How much of one kind is done at once, whatever it is called by. */
export class Line {
  readonly #most: number;
  readonly #waiting = new Set<() => void>();
  #busy = 0;

  constructor(most = 1) {
    this.#most = most;
  }

  /** The same work, in its turn; a place is given up when the work has ended, not when nobody waits for it any more. */
  inTurn<Input, Output>(work: Work<Input, Output>): (input: Input, signal: AbortSignal) => Promise<Output> {
    return async (input, signal) => {
      await this.#turn(signal);
      try {
        return await work(input, signal);
      } finally {
        this.#busy -= 1;
        for (const next of this.#waiting) {
          next();
          break;
        }
      }
    };
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#busy >= this.#most) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = () => {
        this.#waiting.delete(come);
        reject(signal.reason);
      };
      const come = () => {
        this.#waiting.delete(come);
        this.#busy += 1;
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.add(come);
      signal.addEventListener('abort', leave, { once: true });
      return promise;
    }
    this.#busy += 1;
  }
}
