// Opens a checkpoint folder: everything is verified (state, hashes, names, shapes) before anything is handed out, and
// nothing on the disk is changed. It declines to judge whether the checkpoint fits the run that wants to go on from it.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemFault } from '../../shared/system-faults.ts';
import type { CheckpointRecord } from '../../shared/worker-messages.ts';
import type { StateKind } from '../engine/engine.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { type CheckpointState, modelFile, optimizerFile, readState, stateFile } from './checkpoint-state.ts';
import { replacedSuffix } from './folder-names.ts';
import { quote, refusal } from './refusal.ts';
import { openSafetensors, type Safetensors } from './safetensors-read.ts';

export interface Checkpoint {
  record: CheckpointRecord;
  state: CheckpointState;
  /** One parameter's state, float32 in the parameter's shape. @throws LabError 'checkpoint' for an unknown name */
  read(kind: Exclude<StateKind, 'gradient'>, name: string): Promise<Float32Array>;
  /** A buffer that state.buffers lists. */
  readBuffer(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

interface Expected {
  name: string;
  shape: readonly number[];
}

/**
 * Reads every byte once to verify it; the files stay open, so what was verified is what is read later. A folder that is just
 * being replaced is opened where it stands aside.
 * @throws LabError 'checkpoint' with the reason when anything is missing, damaged or foreign
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const place = (await stepsAside(folder)) ? folder + replacedSuffix : folder;
  const isFolder = await stat(place).then(
    (stats) => stats.isDirectory(),
    (error) => {
      throw refusal(folder, `cannot be opened: ${systemFault(error) ?? String(error)}`);
    },
  );
  if (!isFolder) throw refusal(folder, 'is not a folder; a checkpoint is a folder with a state.json');
  const { state, sha256, bytes } = await readState(join(place, stateFile));
  const opened: Safetensors[] = [];
  const close = async () => {
    for (const file of opened) await file.close();
  };
  const openVerified = async (name: typeof modelFile | typeof optimizerFile) => {
    const file = await openSafetensors(join(place, name));
    opened.push(file);
    await verifyBytes(file, state.files[name]);
    return file;
  };
  try {
    const model = await openVerified(modelFile);
    const optimizer = await openVerified(optimizerFile);
    const parameters = expectedParameters(state, model);
    verifyTensors(model, [...parameters, ...state.buffers]);
    verifyTensors(
      optimizer,
      ['firstMoment', 'secondMoment'].flatMap((kind) =>
        parameters.map(({ name, shape }) => ({ name: `${kind}/${name}`, shape })),
      ),
    );
    return {
      state,
      record: {
        step: state.step,
        folder,
        hashes: {
          [modelFile]: state.files[modelFile].sha256,
          [optimizerFile]: state.files[optimizerFile].sha256,
          [stateFile]: sha256,
        },
        bytes: model.bytes + optimizer.bytes + bytes,
      },
      read: (kind, name) => (kind === 'parameter' ? model.readTensor(name) : optimizer.readTensor(`${kind}/${name}`)),
      readBuffer: (name) => model.readTensor(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether the folder stands aside for one that was about to replace it: a kill in between leaves it so, or it is so right now. */
async function stepsAside(folder: string): Promise<boolean> {
  const [there, aside] = await Promise.all(
    [folder, folder + replacedSuffix].map((path) =>
      stat(path)
        .then(() => true)
        .catch(() => false),
    ),
  );
  return !there! && aside!;
}

async function verifyBytes(file: Safetensors, written: { sha256: string; bytes: number }): Promise<void> {
  if (file.bytes !== written.bytes) {
    const value = String(file.bytes);
    throw refusal(file.path, `is ${value} bytes long where ${stateFile} says ${written.bytes}`, { value });
  }
  const value = await file.hash();
  if (value !== written.sha256) {
    throw refusal(file.path, `is damaged: its sha256 is ${value} where ${stateFile} says ${written.sha256}`, { value });
  }
}

function expectedParameters(state: CheckpointState, model: Safetensors): Expected[] {
  const { layers, experts } = state.configuration.model;
  // A configuration can name millions of experts; what the file cannot hold is not spelled out first.
  if (layers * experts * 3 > model.tensors.size) {
    const value = `${layers} layers × ${experts} experts`;
    throw refusal(model.path, `holds ${model.tensors.size} tensors, too few for ${value}`, { value });
  }
  return parameterSpecifications(state.configuration.model);
}

function verifyTensors(file: Safetensors, expected: Expected[]): void {
  for (const { name, shape } of expected) {
    const entry = file.tensors.get(name);
    if (!entry) throw refusal(file.path, `lacks the tensor ${quote(name)}`, { value: quote(name) });
    const found = `${entry.dtype} [${entry.shape}]`;
    if (found !== `F32 [${shape}]`) {
      throw refusal(file.path, `tensor ${quote(name)} is ${found} where the configuration asks for F32 [${shape}]`, {
        value: found,
      });
    }
  }
  const names = new Set(expected.map(({ name }) => name));
  const extra = [...file.tensors.keys()].find((name) => !names.has(name));
  if (extra !== undefined) {
    throw refusal(file.path, `holds the tensor ${quote(extra)}, which the configuration does not have`, {
      value: quote(extra),
    });
  }
}
