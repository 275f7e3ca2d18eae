// The fixtures that another implementation of the model wrote (test/pytorch, PyTorch in float64), read and typed.
// What each number means stands in the docstrings there. Inputs and parameters are exact in float32.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelConfiguration, ObjectiveTerm, TrainingConfiguration } from '../src/shared/config/schema.ts';
import type { PruningSettingInput } from '../src/shared/studies/pruning.ts';

export interface Real {
  shape: number[];
  data: Float64Array;
}

export interface Integer {
  shape: number[];
  data: Int32Array;
}

export type Reals = Record<string, Real>;

import type { ExpertToken, Vocabulary } from '../src/shared/studies/routing.ts';

/** One pass forward and back. `terms` and `zLoss` have their coefficients applied: loss = crossEntropy + zLoss + Σ terms. */
export interface ModelFixture {
  name: string;
  model: ModelConfiguration;
  objective: ObjectiveTerm[];
  inputs: {
    /** [B, T] */
    tokens: Integer;
    targets: Integer;
    /** [L, E], or null where no term is a loss-free bias. */
    bias: Real | null;
    /** [L, E] routed slots of the whole optimizer batch of `globalTokens` tokens; null in a dense model. */
    globalCounts: Integer | null;
    globalTokens: number;
  };
  parameters: Reals;
  outputs: {
    loss: number;
    crossEntropy: number;
    zLoss: number;
    terms: Record<string, number>;
    /** [B, T] */
    tokenLosses: Real;
    routing: RoutingFixture | null;
    /** Null where there is no pair of experts. */
    similarity: { pes: Real; standardError: Real; pairs: Real } | null;
    gradients: Reals;
  };
}

/** Per layer; `chosen` and `weights` [L, N, K] with the best score first, `probabilities` [L, N, E], `counts` [L, E], others [L]. */
export interface RoutingFixture {
  counts: Integer;
  chosen: Integer;
  weights: Real;
  probabilities: Real;
  entropy: Real;
  sequenceExpertUtilization: Real;
  maxViolation: Real;
  gini: Real;
  uniqueExperts: Integer;
  orthogonalityMeanSquare: Real;
  orthogonalityL1: Real;
}

export interface TrajectoryFixture {
  name: string;
  model: ModelConfiguration;
  objective: ObjectiveTerm[];
  training: TrainingConfiguration;
  /** [steps, accumulate, B, T] */
  inputs: { tokens: Integer; targets: Integer };
  parameters: Reals;
  outputs: {
    /** [steps]: means over the micro-batches, from before the step's update. */
    loss: Real;
    crossEntropy: Real;
    /** [steps]: of the mean gradient over the micro-batches, before clipping. */
    gradientNorm: Real;
    learningRate: Real;
    /** [steps, L, E] of each whole batch; absent in a dense model. */
    counts?: Integer;
    /** [L, E] after the last step, or null where no term is a loss-free bias. */
    bias: Real | null;
    parameters: Reals;
    firstMoment: Reals;
    secondMoment: Reals;
  };
}

/** One differentiable function: `gradients` are those of Σ output·upstream by the inputs. */
export interface KernelFixture {
  name: string;
  attributes: Record<string, number>;
  inputs: Reals;
  upstream: Real | number;
  output: Real | number;
  gradients: Reals;
}

/** `output` is mean(tokenLosses) + coefficient·mean(normaliser²) of logits [N, V]. */
export interface CrossEntropyFixture extends KernelFixture {
  attributes: { coefficient: number };
  upstream: number;
  output: number;
  targets: Integer;
  tokenLosses: Real;
  /** logsumexp of each row. */
  normaliser: Real;
}

type Schedule = 'steps' | 'learningRate' | 'finalFraction' | 'warmupSteps' | 'warmupFraction';
type Optimizer = 'weightDecay' | 'decayOn' | 'beta1' | 'beta2' | 'epsilon';

export interface RuleFixtures {
  /** `learningRates` of steps 1 … steps. */
  schedule: { training: Pick<TrainingConfiguration, Schedule>; learningRates: Real }[];
  adamw: {
    name: string;
    training: Pick<TrainingConfiguration, Optimizer>;
    parameters: Reals;
    steps: {
      step: number;
      learningRate: number;
      gradientScale: number;
      gradients: Reals;
      after: { parameters: Reals; firstMoment: Reals; secondMoment: Reals };
    }[];
  }[];
  /** bias, counts and updated [layers, E]. */
  'bias-update': { bias: Real; counts: Integer; rate: number; updated: Real }[];
  /** router [D, E]; losses without a coefficient. */
  orthogonality: {
    name: string;
    router: Real;
    meanSquare: number;
    l1: number;
    simbal: number;
    normalisedGram: number;
    gradients: { simbal: Real; normalisedGram: Real };
  }[];
}

/** Of the checkpoint and corpus beside it. */
export interface PruningFixture {
  /** Of each criterion [L, E]. */
  scores: Reals;
  /** `blocks` [sequences], mean losses; `counts` [L, E] slots that are kept; `kept` per layer where experts are removed. */
  cases: { setting: PruningSettingInput; blocks: Real; counts: Integer; kept: number[][] | null }[];
}

/** What PyTorch finds in the checkpoints and the corpus beside it, on `tokens` validation tokens. Names as in the parts of studies. */
export interface StudyFixture {
  tokens: number;
  topTokens: number;
  parts: {
    step: number;
    routing: {
      loss: number;
      counts: Real;
      saturation: number[];
      switchRate: number[] | null;
      together: Real;
      domainTokens: Real;
      domainSlots: Real;
      vocabulary: Record<Vocabulary, { specialisation: Real; top: Omit<ExpertToken, 'text'>[][][] }>;
    };
    /** `halfInterval` is half the width of the 95% interval; `most` and `least` the extreme pair of each layer. */
    similarity: Record<'pes' | 'standardError' | 'sequenceStandardError' | 'halfInterval' | 'cosines', Real> & {
      most: [number, number][];
      least: [number, number][];
    };
    geometry: Record<
      | 'gram'
      | 'cosine'
      | 'singularValues'
      | 'norms'
      | 'load'
      | 'normLoadCorrelation'
      | 'l1'
      | 'meanSquare'
      | 'direction',
      Real
    > & { drift: { relative: number[]; cosine: number[] } | null };
  }[];
  /** Of the last checkpoint. */
  lens: { text: string; losses: Real; predicted: Integer; chosen: Integer; probabilities: Real };
}

const folder = join(import.meta.dirname, 'fixtures');

type Kind = 'model' | 'trajectory' | 'kernel' | 'rule' | 'pruning' | 'studies';

/** Names of the fixtures of a kind, in order of the alphabet. */
export function fixtureNames(kind: Kind): string[] {
  return readdirSync(join(folder, kind))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

export const modelFixture = (name: string): ModelFixture => read('model', name) as ModelFixture;
export const trajectoryFixture = (name: string): TrajectoryFixture => read('trajectory', name) as TrajectoryFixture;
export const kernelFixture = (name: string): KernelFixture => read('kernel', name) as KernelFixture;
export const crossEntropyFixture = (name: string): CrossEntropyFixture => read('kernel', name) as CrossEntropyFixture;
export const pruningFixture = (): PruningFixture => read('pruning', 'expected') as PruningFixture;
export const studyFixture = (): StudyFixture => read('studies', 'expected') as StudyFixture;
export const ruleFixture = <Name extends keyof RuleFixtures>(name: Name): RuleFixtures[Name] =>
  (read('rule', name) as { cases: RuleFixtures[Name] }).cases;

/**
 * ‖actual − expected‖ / max(‖expected‖, floor), Euclidean norms; a number counts as one entry. Below the floor the
 * error is absolute in units of the floor, so that rounding on what is zero by the mathematics is not an infinite error.
 * NaN where either has one, which fails every comparison.
 * @throws RangeError when the lengths differ.
 */
export function relativeError(
  actual: ArrayLike<number> | number,
  expected: ArrayLike<number> | number,
  floor = 1e-3,
): number {
  const [a, e] = [entries(actual), entries(expected)];
  if (a.length !== e.length) throw new RangeError(`${a.length} numbers cannot be compared with ${e.length}`);
  let difference = 0;
  let norm = 0;
  for (let index = 0; index < e.length; index++) {
    difference += (a[index]! - e[index]!) ** 2;
    norm += e[index]! ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(norm), floor);
}

function entries(value: ArrayLike<number> | number): ArrayLike<number> {
  return typeof value === 'number' ? [value] : value;
}

function read(kind: Kind, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, kind, `${name}.json`), 'utf8'), (_key, value) => decode(value));
}

interface Encoded {
  dtype: 'float64' | 'int32';
  shape: number[];
  data: string;
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('dtype' in value)) return value;
  const { dtype, shape, data } = value as Encoded;
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return { shape, data: dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float64Array(bytes.buffer) };
}
