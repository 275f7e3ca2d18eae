// Writes a checkpoint so that it is there whole or not at all, whatever happens: into a folder of another name, every
// file and folder flushed to the disk, then renamed. It declines to delete older checkpoints.
import { dirname, join, resolve } from 'node:path';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { systemFault } from '../../shared/system-faults.ts';
import type { CheckpointRecord } from '../../shared/worker-messages.ts';
import type { StateKind } from '../engine/engine.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { type CheckpointState, encodeState, modelFile, optimizerFile, stateFile } from './checkpoint-state.ts';
import { type FileSystem, fileSystem } from './file-system.ts';
import { folderName, partialSuffix, removeLeftovers, replacedSuffix } from './folder-names.ts';
import { refusal } from './refusal.ts';
import { type TensorSource, type WrittenFile, writeSafetensors } from './safetensors-write.ts';
import { writeText } from './write-text.ts';

export interface CheckpointContent {
  step: number;
  tokens: number;
  /** Seconds of training so far, as in StepMetrics. */
  seconds: number;
  configuration: RunConfiguration;
  corpusHash: string;
  initHash: string;
  initHashWithoutRouters: string;
  engine?: CheckpointState['engine'];
  evaluationDue?: boolean;
  /** State that is not a parameter, by name: 'layers.0.router.bias' [E]. */
  buffers: readonly { name: string; shape: readonly number[]; data: Float32Array }[];
  /** One parameter's state, asked for one at a time in the order of writing; Engine.download fits. */
  download(kind: Exclude<StateKind, 'gradient'>, name: string): Promise<Float32Array>;
}

/**
 * Writes `parent`/step-XXXXXXXX and returns when it is on the disk. A folder of the same step is replaced. `parent` is
 * made where it is missing, and what an interrupted write left there is removed; it has one writer at a time.
 * @throws LabError 'checkpoint' when the disk is full or fails; earlier checkpoints are then as they were
 */
export async function writeCheckpoint(
  parent: string,
  content: CheckpointContent,
  files: FileSystem = fileSystem,
): Promise<CheckpointRecord> {
  const folder = join(parent, folderName(content.step));
  const partial = folder + partialSuffix;
  try {
    await makeFolder(parent, files);
    await removeLeftovers(parent, files);
    await files.mkdir(partial);
    const written = await writeFiles(partial, content, files);
    await syncFolder(partial, files);
    await moveIntoPlace(partial, folder, files);
    await syncFolder(parent, files);
    // The new one is safe by now: what cannot be removed here is removed by the next write.
    await files.rm(folder + replacedSuffix, { recursive: true, force: true }).catch(() => {});
    return {
      step: content.step,
      folder,
      hashes: Object.fromEntries(Object.entries(written).map(([name, { sha256 }]) => [name, sha256])),
      bytes: Object.values(written).reduce((sum, { bytes }) => sum + bytes, 0),
    };
  } catch (error) {
    // Should this fail as well, the next write removes it.
    await files.rm(partial, { recursive: true, force: true }).catch(() => {});
    const reason = systemFault(error);
    if (!reason) throw error;
    throw refusal(folder, `the checkpoint of step ${content.step} cannot be written: ${reason}`, {
      value: (error as NodeJS.ErrnoException).code ?? '',
      remedy: 'Put that right, then go on; the checkpoints before it are whole.',
    });
  }
}

async function writeFiles(
  folder: string,
  content: CheckpointContent,
  files: FileSystem,
): Promise<Record<string, WrittenFile>> {
  const { step, tokens, seconds, configuration, corpusHash, initHash, initHashWithoutRouters, buffers } = content;
  const { engine, evaluationDue } = content;
  const parameters = parameterSpecifications(configuration.model);
  const metadata = { creator: 'simbal-lab', step: String(step) };
  const source = (kind: Exclude<StateKind, 'gradient'>, prefix: string): TensorSource[] =>
    parameters.map(({ name, shape }) => ({
      name: prefix + name,
      dtype: 'F32',
      shape,
      data: () => content.download(kind, name),
    }));
  const bufferSources = buffers.map(
    ({ name, shape, data }): TensorSource => ({ name, dtype: 'F32', shape, data: async () => data }),
  );
  const model = await writeSafetensors(
    join(folder, modelFile),
    { metadata, tensors: [...source('parameter', ''), ...bufferSources] },
    files,
  );
  const optimizer = await writeSafetensors(
    join(folder, optimizerFile),
    { metadata, tensors: [...source('firstMoment', 'firstMoment/'), ...source('secondMoment', 'secondMoment/')] },
    files,
  );
  const state = encodeState({
    step,
    tokens,
    seconds,
    configuration,
    corpusHash,
    initHash,
    initHashWithoutRouters,
    ...(engine && { engine }),
    ...(evaluationDue && { evaluationDue }),
    buffers: buffers.map(({ name, shape }) => ({ name, shape: [...shape] })),
    files: { [modelFile]: model, [optimizerFile]: optimizer },
  });
  return {
    [modelFile]: model,
    [optimizerFile]: optimizer,
    [stateFile]: await writeText(join(folder, stateFile), state, files),
  };
}

/** A rename cannot replace a folder that is not empty, so an earlier one of the same step steps aside first. */
async function moveIntoPlace(partial: string, folder: string, files: FileSystem): Promise<void> {
  const replaced = folder + replacedSuffix;
  const stoodThere = await files.rename(folder, replaced).then(
    () => true,
    (error) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await files.rename(partial, folder);
  } catch (error) {
    if (stoodThere) await files.rename(replaced, folder);
    throw error;
  }
}

/** With the folders above that are missing; the names of new ones are made to last, as the checkpoint's is. */
async function makeFolder(folder: string, files: FileSystem): Promise<void> {
  const first = await files.mkdir(resolve(folder), { recursive: true });
  if (first === undefined) return;
  for (let above = dirname(resolve(folder)); above.length >= dirname(first).length; above = dirname(above)) {
    await syncFolder(above, files);
    if (above === dirname(above)) return;
  }
}

/** Makes the names in a folder last. Windows has no such call and keeps its own journal of them. */
async function syncFolder(folder: string, files: FileSystem): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await files.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
