import { describe, expect, it } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/worker-messages.ts';
import type { Store } from '../store/index.ts';
import type { LabEvent } from './events.ts';
import { Recorder } from './recorder.ts';

const started = { type: 'started', start: { step: 0 } } as unknown as WorkerEvent;
const steps = { type: 'steps', sequence: 1, steps: [{ step: 1 }] } as unknown as WorkerEvent;

/** A store whose metrics fail as often as told, then work. */
function failing(times: number, code: string) {
  const kept: unknown[] = [];
  const store = {
    segments: { begin: () => ({ id: 5 }) },
    metrics: {
      append(segment: number, all: unknown[]) {
        times -= 1;
        if (times >= 0) throw new LabError('store', 'The disk is full.', { value: code, remedy: 'Free some space.' });
        kept.push([segment, all]);
      },
    },
  } as unknown as Store;
  return { store, kept };
}

describe('a store that cannot be written for now', () => {
  it('is tried again until it can, said once, and nothing is lost', async () => {
    const { store, kept } = failing(3, 'SQLITE_FULL');
    const events: LabEvent[] = [];
    const recorder = new Recorder(store, 'r', (event) => events.push(event), 1);
    await recorder.record(started);
    await recorder.record(steps);
    expect(kept).toEqual([[5, [{ step: 1 }]]]);
    expect(events.map(({ type }) => type)).toEqual(['started', 'note', 'steps']);
    expect(events[1]).toMatchObject({ kind: 'waiting', message: 'The disk is full. Free some space. Training waits.' });
  });

  it('is given up when the run is stopped', async () => {
    const { store } = failing(Number.POSITIVE_INFINITY, 'SQLITE_BUSY');
    const recorder = new Recorder(store, 'r', () => {}, 60_000);
    await recorder.record(started);
    const recorded = recorder.record(steps);
    recorder.giveUp();
    await expect(recorded).rejects.toThrow('The disk is full.');
  });

  it('is an error at once where waiting does not help', async () => {
    const { store } = failing(1, 'SQLITE_CORRUPT');
    const recorder = new Recorder(store, 'r', () => {}, 60_000);
    await recorder.record(started);
    await expect(recorder.record(steps)).rejects.toThrow('The disk is full.');
  });
});
