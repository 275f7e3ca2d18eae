// Models between the lab and the world: a checkpoint exported as a folder for transformers, a model of transformers or a checkpoint of
// another lab imported as a run with that one checkpoint.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { countParameters, estimateRun, type RunConfiguration } from '../../../shared/config/index.ts';
import { LabError } from '../../../shared/errors.ts';
import type { ExportReport, ImportedModel } from '../../../shared/inspection.ts';
import type { RunStart } from '../../../shared/worker-messages.ts';
import { type Job, type JobLimits, type LaunchWorker, startJob } from '../../compute/index.ts';
import type { CorpusRow, HomePaths, RunRow, Store } from '../../store/index.ts';
import { findCorpus } from '../corpora.ts';
import type { Emit } from '../events.ts';
import { checkpointsOf } from '../studies/checkpoints.ts';
import { shown } from '../text.ts';
import { outcomeOf } from './job-outcome.ts';
import { absolutePath } from './paths.ts';

export interface ModelsContext {
  store: Store;
  launch: LaunchWorker;
  emit: Emit;
  limits?: JobLimits;
  /** Told of the job, so that it can be stopped: it takes away what it wrote so far. */
  track(job: Job): void;
  /** @throws LabError where the configuration and the corpus do not fit */
  checked(configuration: unknown): { configuration: RunConfiguration; corpus: CorpusRow['description'] };
}

export interface ExportRequest {
  /** A step with a checkpoint; the newest one when left out. */
  step?: number;
  /** To be made; it must not exist. */
  folder: string;
}

export interface ImportRequest {
  paths: readonly string[];
  name: string;
  /** Name or hash of the corpus that the run goes on with. */
  corpus: string;
  /** One called "Imported" when left out. */
  experiment?: string;
  /** T; at most the model's own. */
  context?: number;
}

const unfinished = '.importing-';

/** Removes what an import that was killed has left. Only while no other lab has this home open. */
export function removeUnfinishedImports({ checkpoints }: Pick<HomePaths, 'checkpoints'>): void {
  for (const name of readdirSync(checkpoints)) {
    if (name.startsWith(unfinished)) rmSync(join(checkpoints, name), { recursive: true, force: true });
  }
}

/** @throws LabError 'request' for a step without a checkpoint, 'checkpoint' for what does not map or cannot be written */
export async function exportModel(
  { store, track, ...options }: ModelsContext,
  run: RunRow,
  { step, folder }: ExportRequest,
): Promise<ExportReport> {
  const checkpoints = checkpointsOf(store, run);
  const checkpoint = step === undefined ? checkpoints.at(-1) : checkpoints.find((other) => other.step === step);
  if (!checkpoint) {
    const steps = checkpoints.map((other) => other.step).join(', ');
    throw new LabError(
      'request',
      `The run ${shown(run.name)} has no checkpoint${step === undefined ? '' : ` of step ${step}`} to export${steps ? `: it has those of the steps ${steps}` : ' yet'}.`,
      { field: 'step', remedy: steps ? 'Choose one of these steps.' : 'Train it to its first checkpoint.' },
    );
  }
  const { tokenizer } = store.corpora.get(run.corpusHash).description;
  const job = startJob({
    ...options,
    command: {
      type: 'convert',
      job: { task: 'export', checkpoint: checkpoint.folder, folder: absolutePath(folder), tokenizer },
    },
    onEvent: () => {},
  });
  track(job);
  return (await outcomeOf(job, 'exported', 'The worker that exported the model')).report;
}

/**
 * The run waits at the step of its checkpoint, 0 for a model of transformers: it can be studied and pruned as it is, and trained on.
 * @throws LabError 'checkpoint' naming what does not map, 'corpus' or 'configuration' where the corpus does not fit the model
 */
export async function importModel(
  { store, track, emit, checked, ...options }: ModelsContext,
  { paths, name, corpus: corpusName, experiment, context }: ImportRequest,
): Promise<{ run: RunRow; notes: string[] }> {
  const corpus = findCorpus(store, corpusName).description;
  if (experiment !== undefined) store.experiments.get(experiment);
  const parent = join(store.paths.checkpoints, `${unfinished}${randomUUID()}`);
  try {
    mkdirSync(parent, { recursive: true });
    const job = startJob({
      ...options,
      command: {
        type: 'convert',
        job: {
          task: 'import',
          paths: paths.map(absolutePath),
          parent,
          name,
          ...(context !== undefined && { context }),
        },
      },
      onEvent: () => {},
    });
    track(job);
    const { imported } = await outcomeOf(job, 'imported', 'The worker that imported the model');
    const { configuration } = checked({ ...imported.configuration, corpus: corpus.name });
    const into = experiment ?? importedExperiment(store, emit);
    const run = store.transaction(() => record(store, { into, name, configuration, corpus: corpus.hash, imported }));
    emit({ type: 'run', run });
    return { run, notes: [...imported.notes, corpusNote(imported, corpus)] };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function importedExperiment(store: Store, emit: Emit): string {
  const known = store.experiments.list().find(({ name }) => name === 'Imported');
  if (known) return known.id;
  const experiment = store.experiments.create({ name: 'Imported' });
  emit({ type: 'experiment', experiment });
  return experiment.id;
}

interface Recorded {
  into: string;
  name: string;
  configuration: RunConfiguration;
  corpus: string;
  imported: ImportedModel;
}

/** A run whose one segment did nothing but bring a checkpoint. */
function record(store: Store, { into, name, configuration, corpus, imported }: Recorded): RunRow {
  const { id } = store.runs.create({ experiment: into, name, configuration, corpusHash: corpus });
  const { checkpoint } = imported;
  const { step } = checkpoint;
  const folder = join(store.paths.checkpoints, id, basename(checkpoint.folder));
  const segment = store.segments.begin(id, { fromStep: step, start: startOf(configuration, imported) });
  store.checkpoints.add(segment.id, { ...checkpoint, folder });
  const outcome = step < configuration.training.steps ? 'paused' : 'completed';
  store.segments.end(segment.id, { outcome, step });
  renameSync(dirname(checkpoint.folder), dirname(folder));
  const next = outcome === 'paused' ? ` Starting it trains it on, from step ${step}.` : '';
  return store.runs.setStatus(id, outcome, `Imported.${next}`);
}

function startOf(
  configuration: RunConfiguration,
  { initHash, initHashWithoutRouters, checkpoint }: ImportedModel,
): RunStart {
  const { total, active } = countParameters(configuration.model);
  const { memory } = estimateRun(configuration);
  return {
    step: checkpoint.step,
    initHash,
    initHashWithoutRouters,
    dataHash: 'imported',
    engine: { kind: 'reference', device: 'none: it was imported', software: false, threads: 0 },
    parameters: { total, active },
    bytes: { estimated: memory.total, parameters: memory.parameters },
    versions: { node: process.versions.node },
  };
}

function corpusNote({ corpusHash }: ImportedModel, { name, hash, tokenizer }: CorpusRow['description']): string {
  if (corpusHash === hash) return `It was trained on this very corpus, ${shown(name)}.`;
  if (corpusHash !== null)
    return `It was trained on another corpus than ${shown(name)}, of hash ${corpusHash.slice(0, 16)}…: losses here are those of a new text, and mean something only where both have the same tokenizer, ${tokenizer} here.`;
  return `Losses mean something only where the model knows the tokens of ${shown(name)}, those of ${tokenizer}: nothing in the files says so.`;
}
