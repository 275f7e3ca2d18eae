// A list of numbers that grows, eight bytes each.
export class Numbers {
  #array = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }

  at(index: number): number {
    return this.#array[index]!;
  }

  /** A view of what is there now. */
  view(): Float64Array {
    return this.#array.subarray(0, this.length);
  }
}
