// Notes of this kind say what a run waits for before it goes on by itself: room on a disk, the end of a lock.
import type { RunRow } from './records.ts';

export const waitingKind = 'waiting';

/** The others are over, or nobody carries them out. */
export const mayWait = ({ status }: Pick<RunRow, 'status'>): boolean =>
  status === 'running' || status === 'pausing' || status === 'queued';
