// How many of a run's own checkpoints a lab keeps.
import { z } from 'zod';

export const retentionSchema = z.union([
  z.literal('all'),
  z.strictObject({
    /** So many of the newest. */
    newest: z.int().min(1).max(1_000_000),
    /** And every so manieth of those that the schedule writes; 0 for none of them. */
    every: z.int().min(0).max(1_000_000),
  }),
]);

export type Retention = z.infer<typeof retentionSchema>;

export const keepAll: Retention = 'all';

/**
 * Those that the setting does not keep, of the checkpoints of one run in the order in which they were written.
 * @param scheduled steps between two scheduled ones; 0 where none are
 */
export function notRetained<Checkpoint extends { step: number }>(
  checkpoints: readonly Checkpoint[],
  retention: Retention,
  scheduled: number,
): Checkpoint[] {
  if (retention === 'all') return [];
  const { newest, every } = retention;
  const stride = every * scheduled;
  return checkpoints.slice(0, -newest).filter(({ step }) => stride === 0 || step % stride !== 0);
}
