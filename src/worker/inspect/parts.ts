// To which part of a model a tensor belongs: routers and experts by the family's naming, the rest by names that all families use.
import type { ParameterParts, Part } from '../../shared/inspection.ts';
import { parts } from '../../shared/inspection.ts';
import type { MoeLayout } from './moe-layers.ts';
import type { Weights } from './weights.ts';

const byName: readonly [RegExp, Part][] = [
  [/(^|\.)(lm_head\.(weight|bias)|head|output\.weight)$/, 'head'],
  [/(^|\.)(embedding|embed_tokens\.weight|wte\.weight|tok_embeddings\.weight)$/, 'embedding'],
  [/(norm|Norm|layernorm)(\.(weight|bias))?$/, 'norms'],
  [/\.(self_attn|attention|attn)\./, 'attention'],
  [/\.(mlp|feed_forward)\.(gate_proj|up_proj|down_proj|w[123])\./, 'dense'],
];

export function partOf(name: string, layout: MoeLayout): Part {
  if (layout.routerTensors.has(name)) return 'router';
  if (layout.expertTensors.has(name)) return 'experts';
  if (layout.sharedTensors.has(name)) return 'shared';
  return byName.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}

/** The layer that a name speaks of, or null. */
export function layerOf(name: string): number | null {
  const digits = /(?:^|\.)layers\.(\d{1,6})\./.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

export function countParts(
  weights: Weights,
  layout: MoeLayout,
  part: (name: string) => Part,
  active: number | null,
  scaleElements: number,
): ParameterParts {
  const sums = Object.fromEntries(parts.map((name) => [name, 0])) as Record<Part, number>;
  const expertsOfLayer = new Map<number, number>();
  for (const { name, elements } of weights.tensors.values()) {
    sums[part(name)] += elements;
    const layer = layout.expertTensors.get(name);
    if (layer !== undefined) expertsOfLayer.set(layer, (expertsOfLayer.get(layer) ?? 0) + elements);
  }
  const total = parts.reduce((sum, name) => sum + sums[name], 0);
  let idle = 0;
  for (const { layer, experts } of layout.layers) {
    idle += (expertsOfLayer.get(layer) ?? 0) * (1 - Math.min(1, (active ?? 0) / experts));
  }
  return {
    total,
    active: active === null || layout.layers.length === 0 ? null : Math.round(total - idle),
    parts: sums,
    tiedHead: sums.head === 0 && sums.embedding > 0,
    scales: scaleElements,
  };
}
