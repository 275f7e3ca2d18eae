// What a study works on: the run's model in an engine, with its corpus. Programs are compiled once and serve every checkpoint,
// whose parameters follow each other in the engine's memory.
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import { studyCost } from '../../shared/studies/cost.ts';
import type { StudyJob, StudyKind, StudyProvenance, StudyRequest } from '../../shared/studies/study.ts';
import { biasTerm } from '../balance/registry.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { notFinite } from '../checkpoint/not-finite.ts';
import type { Corpus } from '../data/corpus.ts';
import type { ResolvedKind } from '../engine/choose.ts';
import type { Compiled, Engine, Program } from '../engine/engine.ts';
import { versions } from '../engine/versions.ts';
import { memoryFactor } from '../train/memory.ts';
import { readBias, requireSameCorpus, requireSameModel } from '../train/start.ts';
import { openJobEngine } from './job-engine.ts';

export interface StudyModel {
  readonly configuration: RunConfiguration;
  readonly corpus: Corpus;
  /** Whether programs take the input `bias`. */
  readonly withBias: boolean;
  readonly provenance: StudyProvenance;
  /** Compiles a program, which lives as long as the model. */
  compile(program: Program): Promise<Compiled>;
  /** Puts a checkpoint's parameters into the engine. @throws LabError where it is damaged or of another model or corpus */
  load(folder: string): Promise<LoadedCheckpoint>;
  close(): Promise<void>;
}

export interface LoadedCheckpoint {
  /** The input of every program that takes one: [L, E], the loss-free bias. Empty where the objective has none. */
  bias: { bias?: Float32Array };
}

/** @throws LabError where configuration, corpus or engine cannot be had, or the memory of this machine is too small */
export async function openStudyModel(job: StudyJob): Promise<StudyModel> {
  const { configuration, corpus, engine, threads, beforeClose, close } = await openJobEngine(job, (known) =>
    requireMemory(job.request, known.configuration, known.corpus, known.kind, known.available),
  );
  const { description } = engine;
  return {
    configuration,
    corpus,
    withBias: biasTerm(configuration.objective) !== undefined,
    provenance: { engine: description.kind, device: description.device, threads, versions: versions() },
    compile: async (program) => {
      const compiled = await engine.compile(program);
      beforeClose(() => compiled.dispose());
      return compiled;
    },
    load: (folder) =>
      withCheckpoint(folder, configuration, corpus, (checkpoint) => upload(checkpoint, engine, configuration)),
    close,
  };
}

/** Opens a checkpoint of the run, verified, for as long as `work` needs it. */
export async function withCheckpoint<Result>(
  folder: string,
  configuration: RunConfiguration,
  corpus: Corpus,
  work: (checkpoint: Checkpoint) => Promise<Result>,
): Promise<Result> {
  const checkpoint = await openCheckpoint(folder);
  try {
    requireSameModel(configuration.model, checkpoint.state.configuration.model, folder);
    requireSameCorpus(configuration, checkpoint, corpus);
    return await work(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

async function upload(
  checkpoint: Checkpoint,
  engine: Engine,
  configuration: RunConfiguration,
): Promise<LoadedCheckpoint> {
  for (const { name } of engine.parameters) await engine.upload('parameter', name, await numbersOf(checkpoint, name));
  const bias = await readBias(checkpoint, configuration);
  return { bias: bias ? { bias } : {} };
}

/** One parameter of a checkpoint. @throws LabError 'checkpoint' where it holds what is no finite number */
export async function numbersOf(checkpoint: Checkpoint, name: string): Promise<Float32Array> {
  const data = await checkpoint.read('parameter', name);
  const { count, first } = notFinite(data);
  if (first === null) return data;
  const { folder } = checkpoint.record;
  throw new LabError(
    'checkpoint',
    `The checkpoint ${folder} cannot be studied: ${count} entries of ${name} are no finite numbers, the first ${data[first]} at ${first}.`,
    { field: name, value: String(data[first]), remedy: 'Leave this checkpoint out.' },
  );
}

function requireMemory(
  request: StudyRequest,
  configuration: RunConfiguration,
  corpus: Corpus,
  kind: ResolvedKind,
  available: number,
): void {
  const needed = studyCost(request, configuration, corpus.description).memory * memoryFactor(kind);
  if (needed <= available) return;
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  throw new LabError(
    'engine',
    `This study needs about ${gigabytes(needed)} of memory, and this machine has ${gigabytes(available)}.`,
    { ...('tokens' in request && { field: 'tokens', value: String(request.tokens) }), remedy: 'Ask for fewer tokens.' },
  );
}

/** The request of a study of one kind. */
export function requestOf<Kind extends StudyKind>(
  { request }: StudyJob,
  kind: Kind,
): Extract<StudyRequest, { kind: Kind }> {
  if (request.kind === kind) return request as Extract<StudyRequest, { kind: Kind }>;
  throw new LabError('internal', `A study of kind ${request.kind} was given to the study of kind ${kind}.`);
}
