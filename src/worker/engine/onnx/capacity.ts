// How many rows a padded grouping gives each expert: a few sizes, so that few programs are compiled, following the load.

/** A step of the ladder of sizes. */
const growth = 1.25;
/** Room above the last largest load. */
const headroom = 1.1;
/** Runs that must fit a smaller size before it is taken. */
const patience = 50;

export class Capacity {
  rows: number;
  #mean: number;
  #most: number;
  #roomy = 0;

  /** `tokens` N of a run over E experts with K active: no expert can have more than N rows. */
  constructor(tokens: number, experts: number, active: number) {
    this.#mean = Math.ceil((tokens * active) / experts);
    this.#most = tokens;
    this.rows = this.#size(this.#mean * growth);
  }

  /** Takes note of a run's largest load. False: it did not fit, and the run must be repeated with the new size. */
  follow(load: number): boolean {
    const wanted = this.#size(load * headroom);
    // More than all tokens is what routing by NaN gives: no size would ever fit it, and the loss tells.
    if (load > this.rows && this.rows < this.#most) {
      this.rows = wanted;
      return false;
    }
    this.#roomy = wanted < this.rows ? this.#roomy + 1 : 0;
    if (wanted > this.rows || this.#roomy >= patience) {
      this.rows = wanted;
      this.#roomy = 0;
    }
    return true;
  }

  /** The smallest size of the ladder that holds `rows`. */
  #size(rows: number): number {
    const steps = Math.max(0, Math.ceil(Math.log(rows / this.#mean) / Math.log(growth) - 1e-9));
    return Math.min(this.#most, Math.ceil(this.#mean * growth ** steps));
  }
}
