// The weights of a pruned model, made one at a time from those of the unpruned one.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { StateKind } from '../engine/engine.ts';
import { type ParameterSpecification, parameterSpecifications } from '../model/parameters.ts';
import type { Plan, Source } from './plan.ts';

export type ReadState = (kind: Exclude<StateKind, 'gradient'>, name: string) => Promise<Float32Array>;

export const prunedSpecifications = (model: ModelConfiguration, plan: Plan): ParameterSpecification[] =>
  parameterSpecifications(
    model,
    plan.map((layer) => layer.length),
  );

/**
 * Reads the pruned model's state by its own names. Of merged experts everything is the weighted sum, moments of the optimizer
 * included: what a merged expert's own would be is not known.
 */
export function prunedState(model: ModelConfiguration, plan: Plan, read: ReadState): ReadState {
  return async (kind, name) => {
    const [, layer, expert, part] = /^layers\.(\d+)\.(?:experts\.(\d+)\.(\w+)|router)$/.exec(name) ?? [];
    if (layer === undefined) return read(kind, name);
    const kept = plan[Number(layer)]!;
    if (expert === undefined) return columns(await read(kind, name), model.experts, kept);
    const sources = kept[Number(expert)]!;
    const tensors: Float32Array[] = [];
    for (const source of sources) tensors.push(await read(kind, `layers.${layer}.experts.${source.expert}.${part}`));
    return weightedSum(tensors, sources);
  };
}

/** One layer's row of L × E numbers, a loss-free bias, for the experts that stay. */
export const prunedRow = (row: Float32Array, kept: Plan[number]): Float32Array => columns(row, row.length, kept);

/** Columns of a row-major [D, E]. */
function columns(matrix: Float32Array, E: number, kept: Plan[number]): Float32Array {
  const rows = matrix.length / E;
  const result = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; row++) {
    for (const [column, sources] of kept.entries()) {
      let sum = 0;
      for (const { expert, weight } of sources) sum += weight * matrix[row * E + expert]!;
      result[row * kept.length + column] = sum;
    }
  }
  return result;
}

function weightedSum(tensors: readonly Float32Array[], sources: readonly Source[]): Float32Array {
  if (tensors.length === 1) return tensors[0]!;
  return Float32Array.from(tensors[0]!, (_, index) =>
    sources.reduce((sum, { weight }, source) => sum + weight * tensors[source]![index]!, 0),
  );
}
