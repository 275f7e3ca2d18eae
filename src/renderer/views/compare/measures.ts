// What each evaluation measured, as charts over training and as columns of tables: means over layers, each with its unit.
import type { XY } from '../../../charts/index.ts';
import type { ComparedRun } from '../../../shared/comparison.ts';
import { coefficientOfVariation } from '../../../shared/load-spread.ts';
import { measureCard } from '../../../shared/measures/index.ts';
import { ratesOfChange } from '../../../shared/rate-of-change.ts';
import { type ComparedMeasure, lossMeasure, mean } from '../../../shared/statistics/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';

export type Bounds = readonly [least: number, most: number];
const share = (): Bounds => [0, 1];
const fromZero = (): Bounds => [0, Number.POSITIVE_INFINITY];

export interface Measure {
  /** Of its measure card. */
  key: string;
  title: string;
  about: string;
  unit: string;
  log?: boolean;
  zero?: boolean;
  /** A count, without decimals. */
  whole?: boolean;
  /** Between which it always lies: an interval of its mean says nothing beyond. */
  bounds?: (run: Pick<ComparedRun, 'configuration'>) => Bounds;
  /** Its change per training token is shown, and not itself. */
  rate?: boolean;
  read: (evaluation: Evaluation) => number | null;
}

export const validationLoss: Measure = {
  key: 'loss',
  title: 'Validation loss',
  about: 'at each evaluation',
  unit: 'cross-entropy (nats a token)',
  log: true,
  read: ({ loss }) => loss,
};

export const perplexity: Measure = {
  key: 'perplexity',
  title: 'Perplexity',
  about: 'the exponential of the validation loss',
  unit: 'perplexity',
  log: true,
  read: (evaluation) => evaluation.perplexity,
};

export const uniqueExperts: Measure = {
  key: 'unique-experts',
  title: 'Unique experts',
  about: 'that any validation token was routed to, mean over layers',
  unit: 'experts a layer',
  bounds: ({ configuration }) => [0, configuration.model.experts],
  read: ({ routing }) => routing && mean(routing.uniqueExperts),
};

export const uniqueExpertsPooled: Measure = {
  key: 'unique-experts',
  title: 'Unique experts activated',
  about: 'that any validation token was routed to, all layers together',
  unit: 'experts of all layers',
  zero: true,
  bounds: ({ configuration: { model } }) => [0, model.layers * model.experts],
  read: ({ routing }) => routing?.uniqueExpertsPooled ?? null,
};

export const minimumPes: Measure = {
  key: 'minimum-pes',
  title: 'Min PES',
  about: 'similarity of experts in the layer where it is lowest; lower is less redundant',
  unit: 'pairwise expert similarity',
  bounds: () => [-1, 1],
  read: ({ similarity }) => similarity?.minimum ?? null,
};

export const pesRate: Measure = {
  key: 'pes-rate',
  title: 'Rate of change of PES',
  about: 'mean over layers, between evaluations in a row; below 0 experts grow apart',
  unit: 'PES per training token',
  zero: true,
  rate: true,
  read: ({ similarity }) => similarity && mean(similarity.pes),
};

export const minimumPesRate: Measure = {
  key: 'minimum-pes-rate',
  title: 'Rate of change of Min PES',
  about: 'between evaluations in a row; below 0 experts grow apart',
  unit: 'Min PES per training token',
  zero: true,
  rate: true,
  read: minimumPes.read,
};

export const orthogonality: Measure = {
  key: 'orthogonality',
  title: 'Router orthogonality',
  about: 'mean of the entries of (RᵀR − I)², over layers; 0 is orthonormal',
  unit: 'mean (RᵀR − I)²',
  log: true,
  read: ({ routing }) => routing && mean(routing.orthogonalityMeanSquare),
};

export const maxViolation: Measure = {
  key: 'max-violation',
  title: 'MaxVio',
  about: 'largest load over mean load, less 1; 0 is perfect balance',
  unit: 'MaxVio, mean over layers',
  zero: true,
  bounds: fromZero,
  read: ({ routing }) => routing && mean(routing.maxViolation),
};

export const gini: Measure = {
  key: 'gini',
  title: 'Gini',
  about: 'inequality of the loads; 0 is perfect balance',
  unit: 'Gini coefficient, mean over layers',
  zero: true,
  bounds: share,
  read: ({ routing }) => routing && mean(routing.gini),
};

export const entropy: Measure = {
  key: 'entropy',
  title: 'Routing entropy',
  about: 'of the router softmax',
  unit: 'nats, mean over layers',
  bounds: ({ configuration }) => [0, Math.log(configuration.model.experts)],
  read: ({ routing }) => routing && mean(routing.entropy),
};

export const sequenceUtilization: Measure = {
  key: 'seu',
  title: 'SEU',
  about: 'share of the experts that one sequence uses',
  unit: 'share of experts, mean over layers',
  bounds: share,
  read: ({ routing }) => routing && mean(routing.sequenceExpertUtilization),
};

export const loadVariation: Measure = {
  key: 'coefficient-of-variation',
  title: 'CV of the load',
  about: 'standard deviation of the loads over their mean; 0 is perfect balance',
  unit: 'CV, mean over layers',
  zero: true,
  bounds: fromZero,
  read: ({ routing }) => routing && mean(routing.counts.map(coefficientOfVariation)),
};

export const deadExperts: Measure = {
  key: 'dead-experts',
  title: 'Dead experts',
  about: 'that no validation token was routed to, all layers together',
  unit: 'experts of all layers',
  zero: true,
  whole: true,
  bounds: ({ configuration: { model } }) => [0, model.layers * model.experts],
  read: ({ routing }) => routing?.counts.flat().filter((count) => count === 0).length ?? null,
};

export const balanceMeasures: readonly Measure[] = [
  maxViolation,
  gini,
  loadVariation,
  entropy,
  sequenceUtilization,
  deadExperts,
];

/** Those of which differences between runs are told; the loss before all. */
export const comparedMeasures: readonly Measure[] = [
  validationLoss,
  perplexity,
  minimumPes,
  maxViolation,
  sequenceUtilization,
  entropy,
  gini,
  orthogonality,
  uniqueExperts,
];

/** For paired statistics; units are those that a sentence can have after a number. */
export function comparedMeasure({ key, read }: Measure): ComparedMeasure {
  if (key === lossMeasure.key) return lossMeasure;
  const units: Readonly<Record<string, string>> = { entropy: 'nats', 'unique-experts': 'experts' };
  return { key, unit: units[key] ?? '', better: measureCard(key)?.better ?? 'neither', read };
}

/** A run's points of a measure over any x; of a rate, at the later of its two evaluations. */
export function measurePoints(
  { read, rate = false }: Pick<Measure, 'read' | 'rate'>,
  evaluations: readonly Evaluation[],
  xOf: (evaluation: Evaluation) => number,
): XY[] {
  const measured = evaluations.flatMap((evaluation) => {
    const value = read(evaluation);
    return value === null ? [] : [{ x: xOf(evaluation), tokens: evaluation.tokens, value }];
  });
  if (!rate) return measured.map(({ x, value }): XY => [x, value]);
  return ratesOfChange(measured).flatMap((value, index): XY[] => (value === null ? [] : [[measured[index]!.x, value]]));
}
