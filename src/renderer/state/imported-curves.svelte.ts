// Curves that other programs recorded, as series of a chart: read when they are first drawn, and again when others are imported.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { XY } from '../../charts/index.ts';
import type { PlotSeries } from '../../charts/plot.ts';
import type { ApiEvent } from '../../shared/api.ts';
import { type CurvePoints, type ImportedCurve, scaleOnto } from '../../shared/imports.ts';
import type { LabConnection } from '../lab.ts';
import type { XAxis } from './curve.ts';

/** Points of a curve on a chart. */
const resolution = 20_000;
/** Apart from the colours of objectives: what was not trained here is grey. */
const greys = [
  'var(--quiet)',
  'color-mix(in oklab, var(--quiet) 55%, var(--ink))',
  'color-mix(in oklab, var(--quiet) 65%, var(--paper))',
];

export class ImportedCurves {
  readonly #api: LabConnection['api'];
  #list = $state.raw<ImportedCurve[]>([]);
  #points = new SvelteMap<string, CurvePoints>();
  #drawn = new Map<string, readonly XY[]>();
  readonly hidden = new SvelteSet<string>();

  constructor(lab: Pick<LabConnection, 'api'>) {
    this.#api = lab.api;
  }

  get list(): readonly ImportedCurve[] {
    return this.#list;
  }

  take(event: ApiEvent): void {
    if (event.type === 'imports') void this.load();
  }

  /** What cannot be read is not drawn; the sheet of imports says why. */
  async load(): Promise<void> {
    try {
      this.#list = await this.#api.imports.list({});
      const missing = this.#list.filter(({ id }) => !this.#points.has(id)).map(({ id }) => id);
      for (let from = 0; from < missing.length; from += 100) {
        const curves = missing.slice(from, from + 100);
        for (const { curve, x, values } of await this.#api.imports.points({ curves, resolution })) {
          this.#points.set(curve, { x, values });
        }
      }
    } catch {
      this.#list = [];
    }
  }

  /** Those of this quantity that can be drawn over this axis. */
  of(quantity: string, axis: XAxis): ImportedCurve[] {
    return this.#list.filter(
      (curve) => curve.quantity === quantity && axis !== 'flops' && scaleOnto(curve, axis) !== null,
    );
  }

  points(id: string): CurvePoints | undefined {
    return this.#points.get(id);
  }

  series(quantity: string, axis: XAxis): PlotSeries[] {
    return this.of(quantity, axis).flatMap((curve, index): PlotSeries[] => {
      const points = this.hidden.has(curve.id) ? null : this.#over(curve, axis);
      const colour = greys[index % greys.length]!;
      return points
        ? [{ id: `imported ${curve.id}`, label: `${curve.name} (imported)`, colour, look: 'dashed', points }]
        : [];
    });
  }

  /** The same array for the same curve and axis. */
  #over(curve: ImportedCurve, axis: XAxis): readonly XY[] | null {
    const points = this.#points.get(curve.id);
    const scale = axis === 'flops' ? null : scaleOnto(curve, axis);
    if (!points || scale === null) return null;
    const key = `${curve.id} ${axis}`;
    const known = this.#drawn.get(key);
    if (known) return known;
    const drawn = Array.from(points.x, (x, index): XY => [x * scale, points.values[index]!]);
    this.#drawn.set(key, drawn);
    return drawn;
  }
}
