// What becomes of a run or a study that waits: people are told at once, the store as soon as it can be written.
import type { LateWrites } from './late-writes.ts';

interface Row<Status> {
  status: Status;
  message: string | null;
  queuePosition: number | null;
}

type Change<Status> = Partial<Row<Status>>;

export interface BecomeContext<Status, Of extends Row<Status>> {
  late: LateWrites;
  rows: {
    get(id: string): Of;
    setStatus(id: string, status: Status, message?: string | null): Of;
    setQueuePosition(id: string, position: number | null): Of;
  };
  told(row: Of): Of;
}

/** Changes the status, or the place, of the one of an id. @returns it as it was told */
export function becoming<Status, Of extends Row<Status>>({ late, rows, told }: BecomeContext<Status, Of>) {
  /** Told, and not yet stored. */
  const ahead = new Map<string, Change<Status>>();

  return (id: string, change: Change<Status>): Of => {
    const { status, message = null, queuePosition } = change;
    const written = late.write(`${status === undefined ? 'place' : 'status'} of ${id}`, () => {
      const row = rows.get(id);
      if (status !== undefined && row.status !== status) told(rows.setStatus(id, status, message));
      if (queuePosition !== undefined && row.queuePosition !== queuePosition)
        told(rows.setQueuePosition(id, queuePosition));
      ahead.delete(id);
    });
    if (written) return rows.get(id);
    const all = { ...ahead.get(id), ...change };
    ahead.set(id, all);
    return told({ ...rows.get(id), ...all });
  };
}
