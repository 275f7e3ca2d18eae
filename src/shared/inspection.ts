// What an inspection of checkpoints yields: the events of one checkpoint, of two that are compared, and of one tensor.
// Everything is plain data. Letters: E experts, D width, F expert width, K active experts.

import type { RunConfiguration } from './config/schema.ts';
import type { CheckpointRecord, TokenizerName } from './worker-messages.ts';

/** The parts that parameters, norms and drift are summed by. */
export const parts = [
  'embedding',
  'attention',
  'router',
  'experts',
  'shared',
  'dense',
  'norms',
  'head',
  'other',
] as const;
export type Part = (typeof parts)[number];

export interface InspectedTensor {
  name: string;
  dtype: string;
  /** As the file has it, packed or not. */
  shape: readonly number[];
  bytes: number;
  /** File name, without its folder. */
  shard: string;
}

export interface Outline {
  /** What was handed over, as it was recognised. */
  source: 'file' | 'folder' | 'index' | 'lab checkpoint';
  path: string;
  files: { name: string; bytes: number; tensors: number }[];
  /** In natural order: layer 2 before layer 10. */
  tensors: InspectedTensor[];
  /** Bytes of all tensors. */
  bytes: number;
  dtypes: Record<string, { tensors: number; bytes: number }>;
}

export interface Recognition {
  /** Identifier of the family, or null where none was recognised. */
  family: string | null;
  label: string;
  /** Why: one sentence a piece. */
  evidence: string[];
  /** What it did not understand, one sentence a piece. */
  doubts: string[];
  /** Tensors that belong to no known part, by name; at most 100 of `unknownCount`. */
  unknown: string[];
  unknownCount: number;
  layers: { layer: number; experts: number; width: number | null; shared: boolean; stored: string }[];
  /** K from the configuration beside the weights; null where there is none. */
  active: number | null;
  /** How the weights are scaled where they are quantised. */
  quantisation: string | null;
}

export interface ParameterParts {
  total: number;
  /** Those that one token meets; null where K is not known. */
  active: number | null;
  parts: Record<Part, number>;
  /** The output layer is the embedding, counted once, there. */
  tiedHead: boolean;
  /** Numbers that only scale others; not parameters. */
  scales: number;
}

/** One layer's router R [D, E]. */
export interface RouterInspection {
  layer: number;
  tensor: string;
  experts: number;
  width: number;
  /** G = RᵀR, E × E, a row an entry. Its cosines: `cosineOfGram`. */
  gram: Float64Array[];
  /** ‖RᵀR − I‖₁ over all entries: the SimBal loss without its coefficient. */
  simbal: number;
  /** Mean of the E² entries of (RᵀR − I)². */
  meanSquare: number;
  /** Descending; min(D, E) of them. */
  singularValues: number[];
  /** Norm of each expert's vector, the columns of R. */
  norms: number[];
  /** Biases of the router's logits or of the choice of experts; null where it has none. */
  bias: { tensor: string; values: number[]; minimum: number; maximum: number; deviation: number } | null;
  /** Pairs of experts by falling cosine of their vectors; at most 10. */
  mostSimilar: { experts: [number, number]; cosine: number }[];
}

export const expertMatrices = ['gate', 'up', 'down'] as const;
export type ExpertMatrixName = (typeof expertMatrices)[number];

export interface ExpertsInspection {
  layer: number;
  experts: number;
  /** Euclidean norm of each matrix of each expert. */
  norms: Record<ExpertMatrixName, number[]>;
  /** E × E cosines of the experts' flattened weights: weight similarity, which is not PES (that needs outputs on tokens). */
  similarity: Float64Array[];
  method: 'exact' | 'sketch';
  /** Standard error of one cosine near 0 where it is a sketch of so many numbers; null where it is exact. */
  error: number | null;
  /** Mean over pairs. */
  meanSimilarity: number;
  /** Pairs whose cosine is at least `duplicateCosine`. */
  nearDuplicates: { experts: [number, number]; cosine: number }[];
  duplicateCosine: number;
  /** All zero, or with a norm under a thousandth of the layer's median. */
  dead: { expert: number; norm: number; reason: 'all zero' | 'tiny norm' }[];
}

/** Numbers that should not be there, of one part of one layer (null: outside of the layers). */
export interface HealthInspection {
  part: Part;
  layer: number | null;
  tensors: number;
  elements: number;
  nan: number;
  infinite: number;
  /** Not zero, and under the smallest normal float32. */
  denormal: number;
  /** Entries further than 6 standard deviations from their tensor's mean. */
  outliers: number;
  /** Largest magnitude of a finite entry, and where; null where there is no entry. */
  largest: { value: number; tensor: string } | null;
  /** Tensors with NaN or infinite entries; at most 20. */
  damaged: string[];
}

export type InspectionEvent =
  | { type: 'outline'; outline: Outline }
  | { type: 'recognition'; recognition: Recognition }
  | { type: 'parameters'; parameters: ParameterParts }
  | { type: 'router'; router: RouterInspection }
  | { type: 'experts'; experts: ExpertsInspection }
  | { type: 'health'; health: HealthInspection }
  | { type: 'progress'; done: number; total: number }
  | { type: 'done' };

/** One tensor, on demand. */
export interface TensorStatistics {
  name: string;
  elements: number;
  nan: number;
  infinite: number;
  denormal: number;
  zero: number;
  outliers: number;
  /** Over the finite entries; null where there are none. */
  minimum: number | null;
  maximum: number | null;
  mean: number | null;
  /** Population standard deviation. */
  deviation: number | null;
  norm: number;
  /** Equal bins from minimum to maximum; empty where there is no finite entry. */
  histogram: { from: number; to: number; count: number }[];
}

/** How far B is from A. */
export interface Drift {
  /** ‖B − A‖ / ‖A‖; 0 where both are zero, null where A alone is. */
  relative: number | null;
  /** Cosine of the two as flat vectors; null where one is zero. */
  cosine: number | null;
  elements: number;
}

export interface LayerDrift {
  /** Null: outside of the layers. */
  layer: number | null;
  parts: Partial<Record<Part, Drift>>;
}

export interface RouterDrift {
  layer: number;
  /**
   * Principal angles, in radians and ascending, between the subspaces that the experts' vectors of A and of B span: 0 where
   * B only renamed, scaled or mixed them. Null where E > D, when each spans everything.
   */
  principalAngles: number[] | null;
  /** Of the vectors themselves, experts matched. */
  drift: Drift;
  /** Cosine of each expert's vector in A and in its match in B. */
  cosines: number[];
}

export interface ExpertMatching {
  layer: number;
  /** B's expert for each of A's: the assignment with the largest sum of cosines of their weights (Hungarian method). */
  match: number[];
  /** Cosine of the weights of each pair. */
  cosines: number[];
  /** Experts that are not matched with their own number. */
  moved: number;
  method: 'exact' | 'sketch';
  error: number | null;
  drift: Drift;
}

export type DifferenceEvent =
  | { type: 'outlines'; a: Outline; b: Outline }
  | { type: 'recognitions'; a: Recognition; b: Recognition }
  /** What could not be compared and why, one sentence a piece. */
  | { type: 'incomparable'; reasons: string[] }
  | { type: 'matching'; matching: ExpertMatching }
  | { type: 'router-drift'; router: RouterDrift }
  | { type: 'layer-drift'; drift: LayerDrift }
  | { type: 'most-changed'; tensors: { name: string; part: Part; layer: number | null; drift: Drift }[] }
  | { type: 'progress'; done: number; total: number }
  | { type: 'done' };

/** What an export wrote, or why it would not. */
export interface ExportReport {
  architecture: string;
  folder: string;
  files: { name: string; bytes: number }[];
  /** Why this architecture, and what a reader of the files should know. */
  notes: string[];
}

export interface ImportReport {
  folder: string;
  notes: string[];
}

/** What a checkpoint of this lab says of itself. */
export interface LabCheckpoint {
  step: number;
  tokens: number;
  /** Seconds of training. */
  seconds: number;
  configuration: RunConfiguration;
}

/** One run of a store that was handed over, with what can be inspected of it. */
export interface StoredRun {
  id: string;
  name: string;
  experiment: string;
  status: string;
  created: string;
  objective: string;
  checkpoints: { step: number; folder: string; bytes: number; present: boolean }[];
}

/** The store of another lab, or of this one, read and not changed. */
export interface StoreListing {
  path: string;
  experiments: number;
  /** The newest first; at most `mostStoredRuns` of `runCount`. */
  runs: StoredRun[];
  runCount: number;
}
export const mostStoredRuns = 2000;

/** What an opened source tells, told apart by what it turned out to be. */
export type InspectorEvent =
  | { of: 'model'; event: InspectionEvent }
  | { of: 'difference'; event: DifferenceEvent }
  /** Beside a model's own events, where it is a checkpoint of a lab. */
  | { of: 'lab checkpoint'; checkpoint: LabCheckpoint }
  /** Whether every byte is what the checkpoint's own hashes say; told last. */
  | { of: 'verification'; verified: boolean; reason: string | null }
  /** The checkpoint is one of this run. */
  | { of: 'run'; run: string; step: number }
  | { of: 'store'; store: StoreListing };

/** What a worker does for the inspector. */
export type InspectJob =
  /** All that was handed over: one model, or two that are compared. */
  | { task: 'open'; paths: string[]; depth: 'routers' | 'everything' }
  | { task: 'tensor'; paths: string[]; name: string };

export type ConvertJob =
  | { task: 'export'; checkpoint: string; folder: string; tokenizer: TokenizerName | null }
  /** Writes a checkpoint into `parent`: of step 0, or of its own where it is one of a lab. */
  | { task: 'import'; paths: string[]; parent: string; name: string; context?: number };

/** A model that came in from transformers, or a checkpoint of another lab, as the lab makes a run of it. */
export interface ImportedModel {
  configuration: RunConfiguration;
  initHash: string;
  initHashWithoutRouters: string;
  checkpoint: CheckpointRecord;
  /** Of the corpus that it was trained on; null where nothing says so. */
  corpusHash: string | null;
  notes: string[];
}

/** Something that was inspected before. */
export interface RecentInspection {
  paths: string[];
  /** What it was: 'Mixtral', 'a store of 12 runs', 'two models'. */
  what: string;
  /** ISO time. */
  when: string;
}

/** Cosines of the vectors whose Gram matrix this is; 0 beside a vector that is zero. */
export function cosineOfGram(gram: readonly ArrayLike<number>[]): Float64Array[] {
  const norms = gram.map((row, index) => Math.sqrt(row[index]!));
  return gram.map((row, i) =>
    Float64Array.from(row, (entry, j) => (norms[i]! > 0 && norms[j]! > 0 ? entry / (norms[i]! * norms[j]!) : 0)),
  );
}
