// Refuses what clearly cannot fit into this machine, before anything is allocated. An estimate: what is close may still fail.
import { totalmem } from 'node:os';
import { memoryEstimate } from '../../shared/config/cost.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import type { EngineDescription } from '../../shared/worker-messages.ts';
import { computesOnGpu, type ResolvedKind } from '../engine/choose.ts';

/**
 * Of what a compiled step needs: the reference engine computes in float64, and TensorFlow keeps every intermediate of a step
 * that runs eagerly (measured with the model of 15.8M parameters).
 */
const factors: Partial<Record<EngineDescription['kind'], number>> = { reference: 2, tensorflow: 1.7 };

/** How much more this kind of engine needs than the estimates say, which are those of a compiled program. */
export const memoryFactor = (kind: EngineDescription['kind']): number => factors[kind] ?? 1;

/** Bytes that a training step needs on this kind of engine. */
export const bytesNeeded = (configuration: RunConfiguration, kind: EngineDescription['kind']): number =>
  memoryEstimate(configuration).total * memoryFactor(kind);

/** Bytes of memory that this process may use: the machine's, or less where the system limits it. */
export function bytesAvailable(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What programs of this kind may use here: a GPU's memory is its driver's to judge, and counts as endless. */
export const bytesFor = (kind: ResolvedKind, threads: number): number =>
  computesOnGpu(kind, threads) ? Number.POSITIVE_INFINITY : bytesAvailable();

/** @throws LabError 'engine' when the run needs more than `available` bytes, see `bytesFor`. */
export function requireMemory(
  configuration: RunConfiguration,
  kind: EngineDescription['kind'],
  available: number,
): void {
  const needed = bytesNeeded(configuration, kind);
  if (needed <= available) return;
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
