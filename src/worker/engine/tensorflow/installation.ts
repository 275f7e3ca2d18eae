// Where "npm run setup:tensorflow" puts TensorFlow, and what it writes down about it. Outside of the project and its node_modules, so
// that a fresh install of the packages does not lose it and every checkout finds it.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';

/** What the set-up made, as its record says. */
export interface Installation {
  folder: string;
  tensorflow: string;
  variant: 'cpu' | 'gpu';
  bytes: number;
}

export const setupCommand = 'npm run setup:tensorflow';

/** The folder, whether it exists or not: SIMBAL_TENSORFLOW, else beside the user's data. */
export function installationFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SIMBAL_TENSORFLOW) return env.SIMBAL_TENSORFLOW;
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'simbal-lab-tensorflow');
}

export const recordPath = (folder: string): string => join(folder, 'setup.json');
export const bindingPath = (folder: string): string => join(folder, 'tfjs_binding.node');

/** What is set up, or null. The record is the last thing that the set-up writes. */
export function installation(folder = installationFolder()): Installation | null {
  if (!existsSync(recordPath(folder)) || !existsSync(bindingPath(folder))) return null;
  try {
    return { ...(JSON.parse(readFileSync(recordPath(folder), 'utf8')) as Omit<Installation, 'folder'>), folder };
  } catch {
    return null;
  }
}

export function notSetUp(): LabError {
  return new LabError('engine', `TensorFlow is not set up on this machine (looked in ${installationFolder()}).`, {
    field: 'engine.kind',
    value: 'tensorflow',
    remedy: `Run "${setupCommand}" once (add "-- --gpu" for an NVIDIA GPU), or use the engine onnx-cpu.`,
  });
}
