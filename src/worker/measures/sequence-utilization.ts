// Sequence expert utilization, SEU (2506.14038): the share of a layer's E experts that the tokens of one sequence
// use, averaged over sequences. 1 means that every sequence uses every expert. Sequences of many batches add up.

export class SequenceUtilization {
  #sequences = 0;
  readonly #shares: number[];
  readonly #experts: number;

  constructor(layers: number, experts: number) {
    this.#shares = new Array(layers).fill(0);
    this.#experts = experts;
  }

  /**
   * @param chosen int32 [L, B·T, K], the tokens of one sequence together
   * @param sequences B
   */
  add(chosen: Int32Array, sequences: number): void {
    const slots = chosen.length / (this.#shares.length * sequences);
    for (let layer = 0; layer < this.#shares.length; layer++) {
      for (let sequence = 0; sequence < sequences; sequence++) {
        const start = (layer * sequences + sequence) * slots;
        this.#shares[layer]! += new Set(chosen.subarray(start, start + slots)).size / this.#experts;
      }
    }
    this.#sequences += sequences;
  }

  /** SEU per layer, 0 to 1; NaN before any sequence was added. */
  perLayer(): number[] {
    return this.#shares.map((share) => share / this.#sequences);
  }
}
