// The model's parameters by name: what a checkpoint holds and what an optimizer updates.
import type { Tensor } from '@tensorflow/tfjs';
import type { ModelConfiguration } from '../../shared/config/schema.ts';

export interface ParameterSpecification {
  /** 'layers.3.experts.7.gate'; `group` is 'layers.3.experts.gate' and `member` 7 for the E experts of one layer. */
  name: string;
  shape: readonly number[];
  group?: string;
  member?: number;
  init: 'normal' | 'ones' | 'router';
}

/**
 * What a program sees: one tensor for a plain parameter, by its name; for a group the E members in order under the
 * group's name, which an engine may hold as E tensors [a, b] or as one tensor [E, a, b].
 */
export interface ParameterTensors {
  one(name: string): Tensor;
  group(name: string): Tensor[];
}

/**
 * All parameters in their canonical order, the order of initialisation, hashing and checkpoints.
 * @param experts E of each layer, where layers differ (a pruned model)
 */
export function parameterSpecifications(
  model: ModelConfiguration,
  experts: readonly number[] = new Array<number>(model.layers).fill(model.experts),
): ParameterSpecification[] {
  const { vocabulary: V, width: D, expertWidth: F, layers: L } = model;
  const all: ParameterSpecification[] = [];
  const one = (name: string, shape: number[], init: ParameterSpecification['init'] = 'normal') =>
    all.push({ name, shape, init });
  one('embedding', [V, D]);
  for (let layer = 0; layer < L; layer++) {
    const prefix = `layers.${layer}`;
    const E = experts[layer]!;
    one(`${prefix}.attention.norm`, [D], 'ones');
    for (const part of ['query', 'key', 'value', 'output']) one(`${prefix}.attention.${part}`, [D, D]);
    if (model.queryKeyNorm) {
      one(`${prefix}.attention.queryNorm`, [D], 'ones');
      one(`${prefix}.attention.keyNorm`, [D], 'ones');
    }
    one(`${prefix}.experts.norm`, [D], 'ones');
    if (model.kind === 'moe') one(`${prefix}.router`, [D, E], 'router');
    for (const part of ['gate', 'up', 'down']) {
      const shape = part === 'down' ? [F, D] : [D, F];
      const group = `${prefix}.experts.${part}`;
      for (let member = 0; member < E; member++) {
        all.push({ name: `${prefix}.experts.${member}.${part}`, shape, group, member, init: 'normal' });
      }
    }
  }
  one('norm', [D], 'ones');
  one('head', [V, D]);
  return all;
}
