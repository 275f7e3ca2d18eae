// What the lab and its worker processes say to each other. Every message is a member of a union told apart by `type`;
// everything is plain data (structured clone or JSON), arrays of numbers included.
import type { BundleJob, BundlePiece } from './bundle-pieces.ts';
import type { RunConfiguration } from './config/schema.ts';
import type { ErrorData } from './errors.ts';
import type { BundlePreview, ImportJob, Recording } from './imports.ts';
import type {
  ConvertJob,
  ExportReport,
  ImportedModel,
  InspectJob,
  InspectorEvent,
  StoreListing,
  TensorStatistics,
} from './inspection.ts';
import type { StudyJob, StudyPart, StudyProvenance } from './studies/study.ts';

/** Lab to worker. One worker process carries out one job and exits. */
export type WorkerCommand =
  | { type: 'train'; job: TrainingJob }
  | { type: 'corpus'; job: CorpusJob }
  | { type: 'probe'; job: ProbeJob }
  | { type: 'study'; job: StudyJob }
  | { type: 'inspect'; job: InspectJob }
  | { type: 'convert'; job: ConvertJob }
  | { type: 'import'; job: ImportJob }
  /** To the reader of what other labs wrote, a process of its own kind: a home folder or its lab.sqlite, and an empty folder to copy it to. */
  | { type: 'store'; job: { path: string; scratch: string } }
  /** To the same reader. */
  | { type: 'bundle'; job: BundleJob }
  | { type: 'pause' }
  | { type: 'acknowledge'; sequence: number };

export interface TrainingJob {
  run: string;
  configuration: RunConfiguration;
  /** Folder of the prepared corpus (see worker/data). */
  corpus: string;
  /** Folder that receives checkpoint folders `step-00000300`. */
  checkpoints: string;
  /** Checkpoint folder to go on from; null starts from the seeds. */
  resume: string | null;
  threads: number;
}

export interface CorpusJob {
  sources: CorpusSource[];
  tokenizer: TokenizerName;
  /** Share of the documents, by hash, that is kept for validation. */
  validationShare: number;
  /** Folder to create; it must not exist. */
  folder: string;
  name: string;
}

export interface CorpusSource {
  path: string;
  /** Field of a .jsonl line that holds the text; default "text". */
  textField?: string;
  /** What labels a document's domain; default "folder". */
  domainBy?: 'folder' | 'extension' | 'field' | 'none';
  domainField?: string;
  /** A fixed domain label, when `domainBy` is none. */
  domain?: string;
  /** A selection of a folder instead of the whole: about 8 MB of readable text out of a node_modules folder. */
  preset?: 'dependency-text';
}

export type TokenizerName = 'bytes' | 'gpt2' | 'cl100k_base';

export interface ProbeJob {
  /** Measure each engine's speed on a small training step as well. */
  measure: boolean;
  threads: number;
}

/** Worker to lab. */
export type WorkerEvent =
  | { type: 'ready'; process: number }
  | { type: 'started'; start: RunStart }
  | { type: 'steps'; sequence: number; steps: StepMetrics[] }
  | { type: 'evaluation'; sequence: number; evaluation: Evaluation }
  | { type: 'checkpoint'; sequence: number; checkpoint: CheckpointRecord }
  | { type: 'progress'; phase: string; done: number; total: number }
  | { type: 'note'; step: number; kind: string; message: string }
  | { type: 'corpus'; corpus: CorpusDescription }
  /** Before the first part: what runs the study, and how many parts it will have, those already stored among them. */
  | { type: 'study-started'; provenance: StudyProvenance; total: number }
  | { type: 'study-part'; sequence: number; part: StudyPart }
  | { type: 'studied'; outcome: 'completed' | 'stopped' }
  | { type: 'inspection'; sequence: number; event: InspectorEvent }
  | { type: 'inspected' }
  | { type: 'tensor'; statistics: TensorStatistics }
  | { type: 'store'; store: StoreListing }
  | { type: 'bundle-preview'; preview: BundlePreview }
  | { type: 'bundle-piece'; sequence: number; piece: BundlePiece }
  /** Every piece was said. */
  | { type: 'bundle-read' }
  | { type: 'exported'; report: ExportReport }
  | { type: 'imported'; imported: ImportedModel }
  /** Points of one chosen curve, by its place in the choice, in ascending x; notes with the first of it. */
  | {
      type: 'recording-points';
      sequence: number;
      curve: number;
      x: Float64Array;
      values: Float64Array;
      notes: string[];
    }
  | { type: 'recording'; recording: Recording }
  | { type: 'engines'; engines: EngineReport[] }
  | { type: 'finished'; outcome: 'completed' | 'paused'; step: number; checkpoint: CheckpointRecord | null }
  | { type: 'failed'; error: ErrorData; step: number | null; checkpoint: CheckpointRecord | null };

/** What a run started from: two runs that agree on these started equal. */
export interface RunStart {
  /** First step this worker will do is step + 1. */
  step: number;
  /** sha256 over all initial parameters by name, and over all but the routers. */
  initHash: string;
  initHashWithoutRouters: string;
  /** sha256 over (corpus hash, data seed, batch shape): the order of the data. */
  dataHash: string;
  engine: EngineDescription;
  parameters: { total: number; active: number };
  bytes: { estimated: number; parameters: number };
  versions: Record<string, string>;
}

export interface EngineDescription {
  kind: 'onnx-cpu' | 'onnx-webgpu' | 'reference' | 'tensorflow';
  device: string;
  /** True where the device is a processor pretending to be a GPU. */
  software: boolean;
  threads: number;
}

export interface EngineReport extends EngineDescription {
  available: boolean;
  chosenByDefault: boolean;
  /** Of an engine that a person sets up: whether that was done. */
  setUp?: boolean;
  /** Why it is not available, or what the self-test found. */
  message: string;
  selfTest: 'passed' | 'failed' | 'not run';
  /** Training tokens a second on the probe model; null when not measured. */
  tokensPerSecond: number | null;
}

export interface StepMetrics {
  /** 1 for the first optimizer step. */
  step: number;
  tokens: number;
  /** Seconds of training since the run began, evaluation and pauses not counted; monotonic. */
  seconds: number;
  loss: number;
  crossEntropy: number;
  zLoss: number;
  /** Value of each balancing term, coefficient applied, by objective kind. */
  terms: Record<string, number>;
  gradientNorm: number;
  learningRate: number;
  tokensPerSecond: number;
  /** max over layers of (largest load / mean load) on the batch; 1 is perfect balance. */
  maxLoad: number;
}

export interface Evaluation {
  step: number;
  tokens: number;
  seconds: number;
  /** Seconds this evaluation took. */
  cost: number;
  /** Mean validation cross-entropy in nats a token, and its exponential. */
  loss: number;
  perplexity: number;
  evaluatedTokens: number;
  /** Loss by domain label. */
  domains: Record<string, { loss: number; tokens: number }>;
  /** Null in a dense model. Arrays are per layer. */
  routing: RoutingMeasures | null;
  similarity: SimilarityMeasures | null;
}

export interface RoutingMeasures {
  /** L × E routed slots on the validation tokens. */
  counts: number[][];
  uniqueExperts: number[];
  uniqueExpertsPooled: number;
  sequenceExpertUtilization: number[];
  /** Mean entropy of the router softmax, nats. */
  entropy: number[];
  maxViolation: number[];
  gini: number[];
  /** Mean of (RᵀR − I)² entries, and the sum of |RᵀR − I|. */
  orthogonalityMeanSquare: number[];
  orthogonalityL1: number[];
}

export interface SimilarityMeasures {
  tokens: number;
  /** PES per layer, the standard error over tokens, and the minimum over layers. */
  pes: number[];
  standardError: number[];
  minimum: number;
  /** L × E × E mean cosine of each pair of experts' outputs. */
  pairs: number[][][];
}

export interface CheckpointRecord {
  step: number;
  folder: string;
  /** sha256 of each file by name. */
  hashes: Record<string, string>;
  bytes: number;
}

export interface CorpusDescription {
  name: string;
  /** sha256 over the tokens, document boundaries, domains and split: the same text prepared the same way has the same hash. */
  hash: string;
  tokenizer: TokenizerName;
  vocabulary: number;
  documents: { train: number; validation: number; duplicates: number };
  tokens: { train: number; validation: number };
  bytes: number;
  domains: Record<string, { documents: number; tokens: number; bytes: number }>;
  /** What was left out, counted by reason: empty documents, hidden files, symbolic link loops. */
  skipped?: Record<string, number>;
  folder: string;
}
