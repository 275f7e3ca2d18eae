// One setting's result out of what was measured: slots over the unpruned model's experts, and what the pruned one costs.
import { forwardFlopsPerToken } from '../../shared/config/cost.ts';
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { PruningPart } from '../../shared/studies/pruning.ts';
import type { ValidationPass } from './validation-pass.ts';
import type { Variant } from './variant.ts';

const floatBytes = 4;

type Measured = Pick<
  PruningPart,
  | 'tokens'
  | 'loss'
  | 'perplexity'
  | 'domains'
  | 'blocks'
  | 'kind'
  | 'layers'
  | 'experts'
  | 'counts'
  | 'activeExperts'
  | 'bytes'
  | 'parameters'
  | 'flopsPerToken'
  | 'seconds'
>;

/** @param kept per layer the experts that stay; null where all do */
export function measuredPart(
  variant: Variant,
  pass: ValidationPass,
  kept: number[][] | null,
  experts: number,
): Measured {
  const { model, engine, kind } = variant;
  const { counts: slots, seconds, ...losses } = pass;
  const layers = model.layers;
  const counts = kept ? spread(slots, kept, experts) : slots;
  const parameters = engine.parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((size, side) => size * side, 1),
    0,
  );
  const perToken = slots.reduce((sum, count) => sum + count, 0) / pass.tokens;
  return {
    ...losses,
    kind,
    layers,
    experts,
    counts,
    activeExperts: perToken / layers,
    bytes: floatBytes * parameters,
    parameters,
    flopsPerToken: flopsOf(model, variant.experts, perToken),
    seconds: kind === 'mask' ? null : seconds,
  };
}

/** Slots of the experts that stay, at their places among all: L × E. */
function spread(slots: Float64Array, kept: readonly (readonly number[])[], experts: number): Float64Array {
  const counts = new Float64Array(kept.length * experts);
  const places = kept.flatMap((layer, index) => layer.map((expert) => index * experts + expert));
  for (const [index, place] of places.entries()) counts[place] = slots[index]!;
  return counts;
}

/**
 * Operations of a forward pass, a token: a product is two; experts by the slots there were, routers by the columns there are.
 * @param experts E of each layer; @param slotsPerToken over all layers
 */
export function flopsOf(model: ModelConfiguration, experts: readonly number[], slotsPerToken: number): number {
  const { attention, head } = forwardFlopsPerToken(model);
  const { width: D, expertWidth: F } = model;
  const columns = experts.reduce((sum, count) => sum + count, 0);
  return attention + head + 2 * D * columns + slotsPerToken * 6 * D * F;
}
