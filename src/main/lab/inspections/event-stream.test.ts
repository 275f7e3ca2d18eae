import { expect, test } from 'vitest';
import type { InspectorEvent } from '../../../shared/inspection.ts';
import { EventStream } from './event-stream.ts';

const run = (step: number): InspectorEvent => ({ of: 'run', run: 'r', step });
const progress = (done: number): InspectorEvent => ({ of: 'model', event: { type: 'progress', done, total: 9 } });

test('who takes waits until there is something, and gets all of it', async () => {
  const stream = new EventStream();
  const taken = stream.take();
  await stream.give(run(1));
  expect(await taken).toEqual({ events: [run(1)], ended: false });
  await stream.give(run(2));
  await stream.give(run(3));
  stream.end();
  expect(await stream.take()).toEqual({ events: [run(2), run(3)], ended: true });
});

test('a new word of progress replaces the one before', async () => {
  const stream = new EventStream();
  for (const event of [progress(1), run(1), progress(2)]) await stream.give(event);
  expect((await stream.take()).events).toEqual([run(1), progress(2)]);
});

test('who gives waits while much is not taken, and no longer than the stream lasts', async () => {
  const stream = new EventStream();
  let given = 0;
  const giving = (async () => {
    for (let step = 0; step < 100; step += 1) {
      await stream.give(run(step));
      given += 1;
    }
  })();
  await new Promise((resolve) => setImmediate(resolve));
  expect(given).toBe(31);
  await stream.take();
  await new Promise((resolve) => setImmediate(resolve));
  expect(given).toBe(63);
  stream.end();
  await giving;
});

test('an error comes after everything before', async () => {
  const stream = new EventStream();
  await stream.give(run(1));
  stream.end(new Error('refused'));
  expect(await stream.take()).toEqual({ events: [run(1)], ended: false });
  await expect(stream.take()).rejects.toThrow('refused');
});
