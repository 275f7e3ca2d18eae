// Writes that nobody waits for: what the store cannot take now (a full disk, a lock) it is given again until it takes it. What
// must be written before somebody goes on is Patience's.
import { isTemporary } from '../store/index.ts';

export class LateWrites {
  readonly #retryAfter: number;
  readonly #waiting = new Map<string, () => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Milliseconds between two attempts. */
  constructor(retryAfter = 1000) {
    this.#retryAfter = retryAfter;
  }

  /**
   * Of one key the newest alone is written, and nothing before what waits already.
   * @returns false where it waits
   * @throws what `work` throws at once, where waiting does not help
   */
  write(key: string, work: () => void): boolean {
    this.#waiting.delete(key);
    if (this.#waiting.size === 0 && faultOf(work) === null) return true;
    this.#waiting.set(key, work);
    this.#timer ??= setTimeout(() => this.#flush(), this.#retryAfter);
    return false;
  }

  /** Gives the store what waits, now. @throws LabError 'store' while it cannot take it */
  settle(): void {
    const fault = this.#flush();
    if (fault !== null) throw fault;
  }

  /** Gives it a last time; what waits even now is put right when the store is opened again. */
  close(): void {
    this.#flush();
    clearTimeout(this.#timer);
  }

  #flush(): unknown {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [key, work] of this.#waiting) {
      const fault = attempt(work);
      if (fault !== null) {
        this.#timer = setTimeout(() => this.#flush(), this.#retryAfter);
        return fault;
      }
      this.#waiting.delete(key);
    }
    return null;
  }
}

/** What keeps it from being written for now; null where it was written. */
function faultOf(work: () => void): unknown {
  try {
    work();
    return null;
  } catch (thrown) {
    if (!isTemporary(thrown)) throw thrown;
    return thrown;
  }
}

/** What it was about may be gone by now: then there is nothing left to write. */
function attempt(work: () => void): unknown {
  try {
    return faultOf(work);
  } catch {
    return null;
  }
}
