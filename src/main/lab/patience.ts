// Tries a write again as long as its fault is one that passes (a full disk, a lock): whoever reports results waits meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';
import { isTemporary } from '../store/index.ts';

/** Null where it cannot be written for now: for what is not to wait until it can. */
export function ifWritable<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (thrown) {
    if (!isTemporary(thrown)) throw thrown;
    return null;
  }
}

export class Patience {
  readonly #tell: (text: string) => void;
  readonly #retryAfter: number;
  readonly #given = new AbortController();

  /** `tell` is called with each new fault, once. */
  constructor(tell: (text: string) => void, retryAfter = 1000) {
    this.#tell = tell;
    this.#retryAfter = retryAfter;
  }

  /** Waits no longer for a store that cannot be written. */
  giveUp(): void {
    this.#given.abort();
  }

  /** @throws what `work` throws, where waiting does not help or was given up */
  async write(work: () => unknown): Promise<void> {
    for (let told = ''; ; ) {
      try {
        work();
        return;
      } catch (thrown) {
        if (!isTemporary(thrown) || this.#given.signal.aborted) throw thrown;
        const { message, remedy } = LabError.from(thrown);
        const text = `${message} ${remedy ?? ''}`.trim();
        if (text !== told) this.#tell(text);
        told = text;
        await delay(this.#retryAfter, undefined, { signal: this.#given.signal }).catch(() => {});
      }
    }
  }
}
