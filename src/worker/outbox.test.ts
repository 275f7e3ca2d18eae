import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { WorkerEvent } from '../shared/worker-messages.ts';
import type { JobEvent } from './job-event.ts';
import { Outbox } from './outbox.ts';

const steps: JobEvent = { type: 'steps', steps: [] };

test('at most 64 numbered events are under way; an acknowledgement makes room, also for those before it', async () => {
  const sent: WorkerEvent[] = [];
  const outbox = new Outbox(async (event) => void sent.push(event));
  const all = (async () => {
    for (let index = 0; index < 100; index++) await outbox.send(steps);
  })();
  await nextTurn();
  expect(sent).toHaveLength(64);
  outbox.acknowledge(1);
  await nextTurn();
  expect(sent).toHaveLength(65);
  outbox.acknowledge(60);
  await all;
  expect(sent.map((event) => 'sequence' in event && event.sequence)).toEqual(
    Array.from({ length: 100 }, (_, n) => n + 1),
  );
});

test('the parts of a study are numbered, what is only told is not', async () => {
  const sent: WorkerEvent[] = [];
  const outbox = new Outbox(async (event) => void sent.push(event));
  await outbox.send({ type: 'progress', phase: 'step 20', done: 1, total: 2 });
  await outbox.send({ type: 'study-part', part: { key: 'step 20', result: null } });
  await outbox.send({ type: 'studied', outcome: 'completed' });
  expect(sent.map((event) => 'sequence' in event && event.sequence)).toEqual([false, 1, false]);
});

test('an acknowledgement of what was never sent, or of what is long acknowledged, makes no room', async () => {
  const sent: WorkerEvent[] = [];
  const outbox = new Outbox(async (event) => void sent.push(event));
  outbox.acknowledge(1000);
  for (let index = 0; index < 64; index++) await outbox.send(steps);
  outbox.acknowledge(2);
  outbox.acknowledge(1);
  void (async () => {
    for (let index = 0; index < 10; index++) await outbox.send(steps);
  })();
  await nextTurn();
  expect(sent).toHaveLength(66);
});

test('other events carry no number and never wait', async () => {
  const sent: WorkerEvent[] = [];
  const outbox = new Outbox(async (event) => void sent.push(event));
  for (let index = 0; index < 64; index++) await outbox.send(steps);
  await outbox.send({ type: 'note', step: 1, kind: 'start', message: 'heard' });
  expect(sent.at(-1)).toEqual({ type: 'note', step: 1, kind: 'start', message: 'heard' });
});
