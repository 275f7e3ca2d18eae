// The scores by which experts are removed: L × E, the lowest go first.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { PruningCriterion } from '../../shared/studies/pruning.ts';
import { Generator } from '../random/generator.ts';
import type { Calibration } from './calibration.ts';
import { pairScores } from './pair-order.ts';

export function criterionScores(
  criterion: Exclude<PruningCriterion, 'random'>,
  calibration: Calibration,
): Float64Array {
  const { layers, experts, counts, gates } = calibration;
  switch (criterion) {
    case 'frequency':
      return Float64Array.from(counts);
    case 'gate-weighted-frequency':
      return Float64Array.from(gates);
    case 'reap':
      // Of an expert without a token nothing is known but that nobody asked for it.
      return calibration.outputs!.saliency.map((sum, index) => sum / Math.max(1, counts[index]!));
    case 'output-similarity':
    case 'router-similarity':
      return byLayer(layers, experts, (layer) =>
        pairScores(
          similarities(criterion, calibration, layer),
          counts.subarray(layer * experts, (layer + 1) * experts),
        ),
      );
  }
}

/** Uniform in [0, 1); the calibration's seed and the draw decide all of them. */
export function randomScores({ layers, experts }: ModelConfiguration, seed: number, draw: number): Float64Array {
  const random = new Generator(seed, `pruning draw ${draw}`);
  return Float64Array.from({ length: layers * experts }, () => random.uniform());
}

/** One layer's cosines [E, E] of what its experts put out, or of their columns of R. */
export function similarities(
  criterion: 'output-similarity' | 'router-similarity',
  { experts, outputs, routers }: Calibration,
  layer: number,
): Float64Array {
  const cosines = criterion === 'output-similarity' ? outputs!.cosines : routers;
  return cosines.subarray(layer * experts ** 2, (layer + 1) * experts ** 2);
}

function byLayer(layers: number, experts: number, scores: (layer: number) => Float64Array): Float64Array {
  const all = new Float64Array(layers * experts);
  for (let layer = 0; layer < layers; layer++) all.set(scores(layer), layer * experts);
  return all;
}
