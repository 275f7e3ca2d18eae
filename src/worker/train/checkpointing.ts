// Checkpoints as the loop makes them. One that cannot be written (a full disk, a folder that went away) pauses the
// training where it stands, says so once, and is tried again until there is room or the run is told to stop.
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';
import type { CheckpointRecord } from '../../shared/worker-messages.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { notFinite } from '../checkpoint/not-finite.ts';
import type { JobEvent } from '../job-event.ts';
import { biasName, biasOfLayer, type TrainingContext, type TrainingState } from './training-state.ts';

export interface CheckpointPolicy {
  /** Folder that receives the checkpoint folders. */
  folder: string;
  /** Milliseconds until a write that failed is tried again. */
  retryAfter: number;
  pause: AbortSignal;
}

/**
 * Makes sure that this run has a checkpoint of the present step.
 * @throws LabError 'not-finite' rather than write weights that cannot be trained further: the checkpoint before is the last good one
 */
export async function* saveCheckpoint(
  context: TrainingContext,
  state: TrainingState,
  policy: CheckpointPolicy,
): AsyncGenerator<JobEvent, CheckpointRecord> {
  const { checkpoint } = state;
  if (checkpoint?.step === state.step && isOwn(checkpoint.folder, policy.folder)) return checkpoint;
  return yield* replaceCheckpoint(context, state, policy);
}

/** The same, whether this run has one already or not. */
export async function* replaceCheckpoint(
  context: TrainingContext,
  state: TrainingState,
  policy: CheckpointPolicy,
): AsyncGenerator<JobEvent, CheckpointRecord> {
  for (let told = ''; ; ) {
    try {
      const written = await writeState(context, state, policy.folder);
      state.checkpoint = written;
      yield { type: 'checkpoint', checkpoint: written };
      return written;
    } catch (thrown) {
      const error = LabError.from(thrown);
      if (error.code !== 'checkpoint' || policy.pause.aborted) throw error;
      if (error.message !== told) yield waiting(state.step, error);
      told = error.message;
      await delay(policy.retryAfter, undefined, { signal: policy.pause }).catch(() => {});
    }
  }
}

/** Whether a checkpoint folder is one of this run's. */
export const isOwn = (checkpoint: string, folder: string): boolean => dirname(resolve(checkpoint)) === resolve(folder);

function waiting(step: number, { message, remedy }: LabError): JobEvent {
  const text = `${message} ${remedy ?? ''}`.trim();
  return { type: 'note', step, kind: 'waiting', message: `${text} Training waits until it can be written.` };
}

async function writeState(
  { engine, configuration, corpus }: TrainingContext,
  { bias, checkpoint: _, ...state }: TrainingState,
  folder: string,
): Promise<CheckpointRecord> {
  const { layers, experts } = configuration.model;
  const buffers = Array.from({ length: bias ? layers : 0 }, (_, layer) => ({
    name: biasName(layer),
    shape: [experts],
    data: biasOfLayer(bias!, experts, layer),
  }));
  return writeCheckpoint(folder, {
    ...state,
    configuration,
    corpusHash: corpus.hash,
    engine: { kind: engine.description.kind, threads: engine.description.threads },
    buffers,
    download: async (kind, name) => {
      const data = await engine.download(kind, name);
      requireNumbers(data, kind, name, state.step);
      return data;
    },
  });
}

function requireNumbers(data: Float32Array, kind: string, name: string, step: number): void {
  const { count, first } = notFinite(data);
  if (first === null) return;
  throw new LabError(
    'not-finite',
    `After step ${step}, ${count} entries of ${name} (${kind}) are no finite numbers; no checkpoint is made of them.`,
    { field: name, value: String(data[first]) },
  );
}
