// The checkpoint that is pruned: its weights in an engine, its corpus, and its file, from which pruned copies are made.
import { countParameters } from '../../shared/config/parameter-count.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import { forwardMemory } from '../../shared/studies/cost.ts';
import type { PruningRequest } from '../../shared/studies/pruning.ts';
import type { StudyJob } from '../../shared/studies/study.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import type { Corpus } from '../data/corpus.ts';
import type { ResolvedKind } from '../engine/choose.ts';
import type { Engine } from '../engine/engine.ts';
import { openJobEngine } from '../studies/job-engine.ts';
import { numbersOf } from '../studies/model.ts';
import { readBias, requireSameCorpus, requireSameModel } from '../train/start.ts';

export interface UnprunedModel {
  configuration: RunConfiguration;
  checkpoint: Checkpoint;
  corpus: Corpus;
  engine: Engine;
  kind: ResolvedKind;
  threads: number;
  /** [L, E], the loss-free bias; null where the objective has none. */
  bias: Float32Array | null;
  close(): Promise<void>;
}

/** @throws LabError where the step has no checkpoint, or checkpoint, corpus or engine cannot be had */
export async function openUnpruned(
  job: StudyJob,
  { step, throughput: { batches } }: PruningRequest,
): Promise<UnprunedModel> {
  const folder = folderOf(job, step);
  const { configuration, corpus, engine, kind, threads, beforeClose, close } = await openJobEngine(job, (known) =>
    requireRoom(known.configuration, batches, known.kind, known.available),
  );
  try {
    const checkpoint = await openCheckpoint(folder);
    beforeClose(() => checkpoint.close());
    requireSameModel(configuration.model, checkpoint.state.configuration.model, checkpoint.record.folder);
    requireSameCorpus(configuration, checkpoint, corpus);
    for (const { name } of engine.parameters) {
      await engine.upload('parameter', name, await numbersOf(checkpoint, name));
    }
    const bias = await readBias(checkpoint, configuration);
    return { configuration, checkpoint, corpus, engine, kind, threads, bias, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function folderOf({ request, checkpoints }: StudyJob, step: number): string {
  const found = checkpoints.find((checkpoint) => checkpoint.step === step);
  if (found) return found.folder;
  const steps = checkpoints.map((checkpoint) => checkpoint.step).join(', ');
  throw new LabError('not-found', `The run ${request.run} has no checkpoint of step ${step}.`, {
    field: 'step',
    value: String(step),
    remedy: steps ? `Choose one of its steps: ${steps}.` : 'Train the run until it has a checkpoint.',
  });
}

/**
 * Refuses batches that clearly do not fit into `available` bytes beside two models.
 * @throws LabError 'engine'
 */
export function requireRoom(
  configuration: RunConfiguration,
  batches: readonly number[],
  kind: ResolvedKind,
  available: number,
): void {
  const bytesOfNumber = kind === 'reference' ? 8 : 4;
  const pruned = bytesOfNumber * countParameters(configuration.model).total;
  for (const [index, batch] of batches.entries()) {
    const training = { ...configuration.training, batch };
    const needed = (forwardMemory({ ...configuration, training }) * bytesOfNumber) / 4 + pruned;
    if (needed <= available) continue;
    const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
    throw new LabError(
      'engine',
      `A forward pass of ${batch} sequences needs about ${gigabytes(needed)} of memory, and this machine has ${gigabytes(available)}.`,
      { field: `throughput.batches.${index}`, value: String(batch), remedy: 'Measure a smaller batch.' },
    );
  }
}
