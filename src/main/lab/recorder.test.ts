import { describe, expect, it } from 'vitest';
import { alertOf } from '../../shared/alerts.ts';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { LabError } from '../../shared/errors.ts';
import type { EventRow } from '../../shared/records.ts';
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
    recorder.patience.giveUp();
    await expect(recorded).rejects.toThrow('The disk is full.');
  });

  it('is an error at once where waiting does not help', async () => {
    const { store } = failing(1, 'SQLITE_CORRUPT');
    const recorder = new Recorder(store, 'r', () => {}, 60_000);
    await recorder.record(started);
    await expect(recorder.record(steps)).rejects.toThrow('The disk is full.');
  });
});

describe('alerts', () => {
  const configuration = configurationFromPreset('nano', { name: 'run', corpus: 'text', objective: [] });
  const stepsWith = (from: number, to: number, crossEntropy: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({ step: from + index, crossEntropy, gradientNorm: 1 }));
  const report = (steps: unknown[]) => ({ type: 'steps', sequence: 1, steps }) as unknown as WorkerEvent;

  /** A store that keeps events and knows what came before. */
  function keeping(past: { step: number; crossEntropy: number }[] = []) {
    const kept: EventRow[] = [];
    const store = {
      segments: { begin: () => ({ id: 5 }) },
      metrics: {
        append: () => {},
        series: (_: string, metric: string) => ({
          kind: 'points',
          points: past.map(({ step, crossEntropy }) => ({ step, value: metric === 'crossEntropy' ? crossEntropy : 1 })),
        }),
      },
      evaluations: { list: () => [] },
      checkpoints: { list: () => [{ step: 30 }, { step: 50 }] },
      events: { list: () => kept, add: (_: string, event: EventRow) => kept.push(event) },
    } as unknown as Store;
    return { store, kept };
  }
  async function recorded(store: Store, from: number, ...events: WorkerEvent[]) {
    const told: LabEvent[] = [];
    const recorder = new Recorder(store, 'r', (event) => told.push(event));
    recorder.watch(configuration);
    await recorder.record({ type: 'started', start: { step: from } } as unknown as WorkerEvent);
    for (const event of events) await recorder.record(event);
    return { recorder, told };
  }
  const spike = [report(stepsWith(1, 60, 3)), report(stepsWith(61, 70, 9))];

  it('are kept as events and told, once', async () => {
    const { store, kept } = keeping();
    const { told } = await recorded(store, 0, ...spike);
    expect(kept).toMatchObject([
      { step: 63, kind: 'alert', data: { detector: 'loss-spike', threshold: 3.15, value: 9 } },
    ]);
    const alert = alertOf(kept[0]!);
    expect(told.map(({ type }) => type)).toEqual(['started', 'steps', 'steps', 'alert']);
    expect(told[3]).toEqual({ type: 'alert', run: 'r', alert });
    // The same steps again, as after a crash before the next checkpoint.
    await recorded(store, 0, ...spike);
    expect(kept).toHaveLength(1);
  });

  it('go on from what the store knows, with the checkpoints before it', async () => {
    const { store, kept } = keeping(stepsWith(1, 60, 3));
    await recorded(store, 60, report(stepsWith(61, 70, 9)));
    expect(kept).toMatchObject([{ step: 63, data: { checkpoint: 50 } }]);
  });

  it('name the last good checkpoint when a run ends in a number that is none', async () => {
    const { store, kept } = keeping();
    const { recorder } = await recorded(store, 50, report(stepsWith(51, 55, 3)));
    await recorder.failed({ code: 'not-finite', message: 'The loss of step 56 is NaN.' });
    await recorder.failed({ code: 'worker', message: 'gone' });
    expect(kept).toMatchObject([{ step: 55, data: { detector: 'not-finite', checkpoint: 50 } }]);
  });

  it('are not looked for unless asked', async () => {
    const { store, kept } = keeping();
    const recorder = new Recorder(store, 'r', () => {});
    await recorder.record({ type: 'started', start: { step: 0 } } as unknown as WorkerEvent);
    for (const event of spike) await recorder.record(event);
    expect(kept).toEqual([]);
  });
});
