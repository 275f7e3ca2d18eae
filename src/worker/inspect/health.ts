// Adds up what scans of single tensors found, for one part of one layer.
import type { HealthInspection, Part } from '../../shared/inspection.ts';
import type { Scan } from './scan.ts';

const maximumDamaged = 20;

export class HealthTally {
  readonly #health: HealthInspection;
  readonly #damaged = new Set<string>();
  readonly #tensors = new Set<string>();

  constructor(part: Part, layer: number | null) {
    const none = { tensors: 0, elements: 0, nan: 0, infinite: 0, denormal: 0, outliers: 0 };
    this.#health = { part, layer, ...none, largest: null, damaged: [] };
  }

  add(tensor: string, scan: Scan): void {
    const health = this.#health;
    this.#tensors.add(tensor);
    health.elements += scan.elements;
    health.nan += scan.nan;
    health.infinite += scan.infinite;
    health.denormal += scan.denormal;
    health.outliers += scan.outliers;
    if (scan.finite > 0 && scan.largest >= (health.largest?.value ?? 0))
      health.largest = { value: scan.largest, tensor };
    if (scan.nan + scan.infinite > 0 && this.#damaged.size < maximumDamaged) this.#damaged.add(tensor);
  }

  get result(): HealthInspection {
    return { ...this.#health, tensors: this.#tensors.size, damaged: [...this.#damaged] };
  }
}
