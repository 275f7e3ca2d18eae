// How far B is from A, summed over pieces: ‖B − A‖ / ‖A‖ and the cosine of the two. Entries that are not finite in either count
// as no entries: they are health's to report.
import type { Drift } from '../../shared/inspection.ts';

export class DriftSum {
  #aa = 0;
  #bb = 0;
  #ab = 0;
  #difference = 0;
  #elements = 0;

  add(a: Float32Array, b: Float32Array): void {
    for (let index = 0; index < a.length; index++) {
      const [x, y] = [a[index]!, b[index]!];
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      this.#aa += x * x;
      this.#bb += y * y;
      this.#ab += x * y;
      this.#difference += (y - x) ** 2;
      this.#elements++;
    }
  }

  merge(other: DriftSum): void {
    this.#aa += other.#aa;
    this.#bb += other.#bb;
    this.#ab += other.#ab;
    this.#difference += other.#difference;
    this.#elements += other.#elements;
  }

  get result(): Drift {
    const scale = Math.sqrt(this.#aa) * Math.sqrt(this.#bb);
    const same = this.#elements > 0 && this.#difference === 0;
    return {
      relative: this.#aa > 0 ? Math.sqrt(this.#difference / this.#aa) : same ? 0 : null,
      cosine: scale > 0 ? Math.max(-1, Math.min(1, this.#ab / scale)) : null,
      elements: this.#elements,
    };
  }
}
