// A study: a measurement of one run's checkpoints that was asked for, is carried out by a worker, and whose results are kept.
// It yields parts, one a checkpoint or one a setting, each stored when it is done: a study that was stopped goes on after its
// last part, and a study that is complete is shown again without being computed again.
import { z } from 'zod';
import type { RunConfiguration } from '../config/schema.ts';
import { geometryRequestSchema } from './geometry.ts';
import { lensRequestSchema } from './lens.ts';
import { pruningRequestSchema } from './pruning.ts';
import { routingRequestSchema } from './routing.ts';
import { similarityRequestSchema } from './similarity.ts';

export const studyRequestSchema = z.discriminatedUnion('kind', [
  routingRequestSchema,
  similarityRequestSchema,
  geometryRequestSchema,
  lensRequestSchema,
  pruningRequestSchema,
]);

export type StudyRequest = z.infer<typeof studyRequestSchema>;
/** What a person may write: fields with a default may be left out. */
export type StudyRequestInput = z.input<typeof studyRequestSchema>;
export type StudyKind = StudyRequest['kind'];

export const studyStatuses = ['queued', 'running', 'stopping', 'stopped', 'completed', 'failed'] as const;
export type StudyStatus = (typeof studyStatuses)[number];

export interface StudyRow {
  id: string;
  /** The run whose checkpoints are studied. */
  run: string;
  /** With every default filled in. */
  request: StudyRequest;
  /** sha256 over the canonical request and the hashes of the checkpoints: the same question of the same weights. */
  hash: string;
  status: StudyStatus;
  /** Why it is in this status, where there is something to say. */
  message: string | null;
  queuePosition: number | null;
  /** What ran it: engine, device, versions; null before it ran. */
  provenance: StudyProvenance | null;
  /** Parts that are stored, of all there will be; total is null before it is known. */
  done: number;
  total: number | null;
  created: string;
  changed: string;
}

export interface StudyProvenance {
  engine: string;
  device: string;
  threads: number;
  versions: Record<string, string>;
}

/** One finished piece of a study. `result` is plain data of the kind's own type, typed arrays among it. */
export interface StudyPart<Result = unknown> {
  /** Unique in the study: 'step 300', 'top 2'. Parts come in the order of their keys' first appearance. */
  key: string;
  result: Result;
}

/** What a study would cost, before it starts. */
export interface StudyEstimate {
  /** Forward passes in tokens, all checkpoints and settings together. */
  tokens: number;
  flops: number;
  /** Null where this machine has no measured speed yet. */
  seconds: number | null;
  /** Largest memory of the worker, and what its results take in the store. */
  memory: number;
  storedBytes: number;
}

/** What a worker is given to carry out a study. */
export interface StudyJob {
  study: string;
  request: StudyRequest;
  configuration: RunConfiguration;
  /** Folder of the prepared corpus. */
  corpus: string;
  /** The run's checkpoints that the request names, in ascending steps. */
  checkpoints: { step: number; folder: string }[];
  /** Keys of the parts that are stored already. */
  stored: string[];
  /** Folder for files that outlive the study (a pruned model, say), made when it is needed. */
  exports: string;
  threads: number;
}
