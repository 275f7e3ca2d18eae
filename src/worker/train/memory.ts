// Refuses what clearly cannot fit into this machine, before anything is allocated. An estimate: what is close may still fail.
import { totalmem } from 'node:os';
import { memoryEstimate } from '../../shared/config/cost.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import type { EngineDescription } from '../../shared/worker-messages.ts';

/** Bytes that a training step needs on this kind of engine. The reference engine computes in float64. */
export const bytesNeeded = (configuration: RunConfiguration, kind: EngineDescription['kind']): number =>
  memoryEstimate(configuration).total * (kind === 'reference' ? 2 : 1);

/** Bytes of memory that this process may use: the machine's, or less where the system limits it. */
export function bytesAvailable(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** @throws LabError 'engine' when the run needs more than `available` bytes. A GPU's memory is its driver's to judge. */
export function requireMemory(
  configuration: RunConfiguration,
  kind: EngineDescription['kind'],
  available = bytesAvailable(),
): void {
  const needed = bytesNeeded(configuration, kind);
  if (kind === 'onnx-webgpu' || needed <= available) return;
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  throw new LabError(
    'engine',
    `A training step of this model needs about ${gigabytes(needed)} of memory, and this machine has ${gigabytes(available)}.`,
    {
      field: 'training.batch',
      value: String(configuration.training.batch),
      remedy: 'Lower training.batch and raise training.accumulate, or make the model smaller.',
    },
  );
}
