// One checkpoint's router geometry, from its routers and loads.
import type { GeometryPart } from '../../shared/studies/geometry.ts';
import { correlation } from '../measures/correlation.ts';
import { columnNorms, routerDrift, unitColumns } from '../measures/router-columns.ts';
import { routerOrthogonality } from '../measures/router-orthogonality.ts';
import { singularValues } from '../measures/singular-values.ts';
import { stacked } from './stacked.ts';

/**
 * @param routers, before each layer's R [D, E] here and at the checkpoint before; null at the first
 * @param slots L × E
 */
export function geometryPart(
  step: number,
  routers: readonly Float32Array[],
  before: readonly Float32Array[] | null,
  slots: readonly (readonly number[])[],
  experts: number,
): GeometryPart {
  const layers = routers.length;
  const raw = routers.map((router) => routerOrthogonality(router, experts));
  const direction = routers.map((router) => routerOrthogonality(unitColumns(router, experts), experts));
  const norms = routers.map((router) => columnNorms(router, experts));
  const load = slots.map((counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => count / total);
  });
  const drift = before && routers.map((router, layer) => routerDrift(before[layer]!, router, experts));
  return {
    step,
    layers,
    experts,
    gram: stacked(raw.map(({ gram }) => gram)),
    cosine: stacked(direction.map(({ gram }) => gram)),
    singularValues: routers.map((router) => singularValues(router, router.length / experts, experts)),
    norms,
    load,
    normLoadCorrelation: norms.map((lengths, layer) => correlation(lengths, load[layer]!)),
    drift: drift && {
      relative: drift.map(({ relative }) => relative),
      cosine: drift.map(({ cosine }) => cosine),
    },
    orthogonality: {
      l1: raw.map(({ l1 }) => l1),
      meanSquare: raw.map(({ meanSquare }) => meanSquare),
      direction: direction.map(({ meanSquare }) => meanSquare),
    },
  };
}
