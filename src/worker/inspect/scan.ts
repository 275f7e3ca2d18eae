// Counts and moments of numbers that come in pieces: what is not finite, not normal, far out. Two passes, because how far out
// a number is depends on the deviation of all of them.

const smallestNormal = 2 ** -126;

export class Scan {
  elements = 0;
  nan = 0;
  infinite = 0;
  denormal = 0;
  zero = 0;
  minimum = Number.POSITIVE_INFINITY;
  maximum = Number.NEGATIVE_INFINITY;
  squares = 0;
  outliers = 0;
  #sum = 0;

  /** First pass. */
  add(values: Float32Array): void {
    let [sum, squares] = [0, 0];
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      const magnitude = Math.abs(value);
      if (!(magnitude < Number.POSITIVE_INFINITY)) {
        if (magnitude > 0) this.infinite++;
        else this.nan++;
        continue;
      }
      if (magnitude < smallestNormal) {
        if (magnitude === 0) this.zero++;
        else this.denormal++;
      }
      if (value < this.minimum) this.minimum = value;
      if (value > this.maximum) this.maximum = value;
      sum += value;
      squares += value * value;
    }
    this.elements += values.length;
    this.#sum += sum;
    this.squares += squares;
  }

  get finite(): number {
    return this.elements - this.nan - this.infinite;
  }

  get mean(): number {
    return this.finite > 0 ? this.#sum / this.finite : 0;
  }

  /** Population standard deviation of the finite entries. */
  get deviation(): number {
    return this.finite > 0 ? Math.sqrt(Math.max(0, this.squares / this.finite - this.mean ** 2)) : 0;
  }

  get norm(): number {
    return Math.sqrt(this.squares);
  }

  /** Largest magnitude of a finite entry; 0 where there is none. */
  get largest(): number {
    return this.finite > 0 ? Math.max(Math.abs(this.minimum), Math.abs(this.maximum)) : 0;
  }

  /** Whether a second pass could find an outlier at all. */
  get mayHaveOutliers(): boolean {
    const reach = 6 * this.deviation;
    return reach > 0 && (this.maximum > this.mean + reach || this.minimum < this.mean - reach);
  }

  /** Second pass: entries further than 6 standard deviations from the mean. */
  countOutliers(values: Float32Array): void {
    const { mean } = this;
    const reach = 6 * this.deviation;
    for (let index = 0; index < values.length; index++) {
      const distance = Math.abs(values[index]! - mean);
      if (distance > reach && distance < Number.POSITIVE_INFINITY) this.outliers++;
    }
  }
}
