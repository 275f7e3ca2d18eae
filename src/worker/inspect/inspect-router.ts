// One layer's router, from its weights alone.
import { cosineOfGram, type RouterInspection } from '../../shared/inspection.ts';
import { routerOrthogonality } from '../measures/router-orthogonality.ts';
import { singularValues } from '../measures/singular-values.ts';
import { type MoeLayer, readRouter, transpose } from './moe-layers.ts';
import { pairs } from './similarity.ts';
import type { Weights } from './weights.ts';

const mostSimilarPairs = 10;

export async function inspectRouter(weights: Weights, layer: MoeLayer): Promise<RouterInspection> {
  const { experts: E, width: D, tensor } = layer.router;
  const vectors = await readRouter(weights, layer);
  const { gram, l1, meanSquare } = routerOrthogonality(transpose(vectors, E, D), E);
  const rows = Array.from({ length: E }, (_, row) => Float64Array.from(gram.subarray(row * E, (row + 1) * E)));
  return {
    layer: layer.layer,
    tensor,
    experts: E,
    width: D,
    gram: rows,
    simbal: l1,
    meanSquare,
    // Rotations of what is no number would not end in any.
    singularValues: gram.every(Number.isFinite) ? singularValues(vectors, E, D) : [],
    norms: rows.map((row, index) => Math.sqrt(row[index]!)),
    bias: layer.routerBias === null ? null : await inspectBias(weights, layer.routerBias),
    mostSimilar: pairs(cosineOfGram(rows)).slice(0, mostSimilarPairs),
  };
}

async function inspectBias(weights: Weights, tensor: string): Promise<RouterInspection['bias']> {
  const values = Array.from(await weights.read(tensor));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { tensor, values, minimum: Math.min(...values), maximum: Math.max(...values), deviation: Math.sqrt(variance) };
}
