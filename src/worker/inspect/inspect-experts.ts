// One layer's experts, from their weights alone: norms, how alike they are, which are dead. Alike in weights is a proxy: two
// experts with permuted neurons compute the same and share no weight, so none of this is PES.
import { type ExpertMatrixName, type ExpertsInspection, expertMatrices } from '../../shared/inspection.ts';
import type { HealthTally } from './health.ts';
import { type MoeLayer, matrixShape, readExpertMatrix } from './moe-layers.ts';
import { Scan } from './scan.ts';
import { cosines, Fingerprint, pairs, type SimilarityMethod, similarityMethod, sketchError } from './similarity.ts';
import type { Weights } from './weights.ts';

const duplicateCosine = 0.99;
const tinyShare = 1e-3;

/** Numbers of one expert. */
export function expertLength(layer: MoeLayer): number {
  const complete = layer.matrices.find((found) => found !== null);
  if (!complete) return 0;
  return expertMatrices.reduce((sum, name) => {
    const [out, inner] = matrixShape(complete[name]);
    return sum + out * inner;
  }, 0);
}

/** An expert's three matrices one after the other, scanned and fingerprinted in one reading. */
export async function fingerprintExpert(
  weights: Weights,
  layer: MoeLayer,
  expert: number,
  method: SimilarityMethod,
  each: (name: ExpertMatrixName, values: Float32Array) => void = () => {},
): Promise<Fingerprint> {
  const fingerprint = new Fingerprint(method, expertLength(layer));
  const matrices = layer.matrices[expert];
  for (const name of matrices ? expertMatrices : []) {
    const values = await readExpertMatrix(weights, matrices![name]);
    fingerprint.add(values);
    each(name, values);
  }
  return fingerprint;
}

/** Yields after every expert, for whoever shows progress. */
export async function* inspectExperts(
  weights: Weights,
  layer: MoeLayer,
  tally: HealthTally,
): AsyncGenerator<void, ExpertsInspection> {
  const method = similarityMethod(layer.experts, expertLength(layer));
  const norms: Record<ExpertMatrixName, number[]> = { gate: [], up: [], down: [] };
  const fingerprints: Fingerprint[] = [];
  for (let expert = 0; expert < layer.experts; expert++) {
    const fingerprint = await fingerprintExpert(weights, layer, expert, method, (name, values) => {
      const scan = new Scan();
      scan.add(values);
      if (scan.mayHaveOutliers) scan.countOutliers(values);
      norms[name].push(scan.norm);
      tally.add(layer.matrices[expert]![name].tensor, scan);
    });
    if (layer.matrices[expert] === null) for (const name of expertMatrices) norms[name].push(0);
    fingerprints.push(fingerprint);
    yield;
  }
  const similarity = cosines(fingerprints);
  const all = pairs(similarity);
  return {
    layer: layer.layer,
    experts: layer.experts,
    norms,
    similarity,
    method,
    error: sketchError(method),
    meanSimilarity: all.length > 0 ? all.reduce((sum, { cosine }) => sum + cosine, 0) / all.length : 0,
    nearDuplicates: all.filter(({ cosine }) => cosine >= duplicateCosine),
    duplicateCosine,
    dead: deadExperts(fingerprints.map(({ squares }) => Math.sqrt(squares))),
  };
}

function deadExperts(norms: readonly number[]): ExpertsInspection['dead'] {
  const median = [...norms].sort((a, b) => a - b)[norms.length >> 1] ?? 0;
  return norms.flatMap((norm, expert): ExpertsInspection['dead'] => {
    if (norm === 0) return [{ expert, norm, reason: 'all zero' }];
    return norm < tinyShare * median ? [{ expert, norm, reason: 'tiny norm' }] : [];
  });
}
