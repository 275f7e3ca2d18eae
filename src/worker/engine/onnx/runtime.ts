// ONNX Runtime as this project uses it: sessions from models in memory, and tensors over memory we own.
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { LabError } from '../../../shared/errors.ts';
import { ort } from './onnxruntime.ts';

export type Session = InferenceSession;
export type OrtTensor = Tensor;

export interface SessionOptions {
  provider: 'cpu' | 'webgpu';
  threads: number;
  /** Outputs that stay in GPU memory, by name; the others come to the host. */
  onDevice?: readonly string[];
}

export async function createSession(
  model: Uint8Array,
  { provider, threads, onDevice }: SessionOptions,
): Promise<Session> {
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Its plan reserves for the largest shapes seen; without it a step needs a fifth less memory and no more time.
      enableMemPattern: false,
      // Its threads spin for a while after a run, and would take the cores from whatever runs next, another session above all.
      extra: { session: { force_spinning_stop: '1' } },
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(onDevice && {
        preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer' as const])),
      }),
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LabError('engine', `ONNX Runtime did not take the program on ${provider}: ${reason}`, {
      remedy: 'Choose another engine (--engine onnx-cpu runs everywhere).',
    });
  }
}

/** A tensor over the given memory: nothing is copied. */
export const tensorOver = (data: Float32Array | Int32Array, shape: readonly number[]): OrtTensor =>
  data instanceof Float32Array ? new ort.Tensor('float32', data, shape) : new ort.Tensor('int32', data, shape);

/** An output, a sequence, that the binding cannot hand to JavaScript. */
export const stopOutput = 'state/stop';

/**
 * Runs a session whose outputs all have memory of ours in `outputs`. The binding (1.30) would copy every output once more into
 * a new array, gradients as large as the model included: the first output is a sequence, which it refuses, so it stops right
 * after the run, when the outputs lie where they belong. A binding that learns sequences just copies again.
 */
export async function runInto(
  session: Session,
  inputs: Record<string, OrtTensor>,
  outputs: Record<string, OrtTensor>,
): Promise<void> {
  try {
    await session.run(inputs, { ...outputs, [stopOutput]: null });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    if (/^Non tensor type/.test(message)) return;
    throw new LabError('engine', `ONNX Runtime could not finish a program: ${message}`, {
      ...(/alloc/i.test(message) && {
        remedy: 'Lower training.batch and raise training.accumulate, or free some memory.',
      }),
    });
  }
}
