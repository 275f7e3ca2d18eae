// Another program holds the lab's database locked for a while: what runs waits, people are answered, nothing is lost.
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lab, LabEvent } from '../../src/main/lab/index.ts';
import { addText, newRun, openPretended } from '../../src/main/lab/pretended-lab.testing.ts';
import { failure } from '../../src/main/store/sample-data.ts';
import '../patience.ts';
import { temporaryFolder } from './example-home.ts';
import { lockWhileBusy } from './lock-while-busy.ts';

let place: ReturnType<typeof temporaryFolder>;
let lab: Lab;
let events: LabEvent[];
let other: Database.Database;

beforeEach(async () => {
  place = temporaryFolder();
  ({ lab, events } = openPretended(place.folder, { stepTime: 1 }));
  await addText(lab);
  other = new Database(lab.store.paths.file);
});
afterEach(async () => {
  other.close();
  await lab.close();
  place.remove();
});

const lock = () => void other.exec('BEGIN IMMEDIATE');
const unlock = () => void other.exec('ROLLBACK');
const stepsOf = (run: string) =>
  events.flatMap((event) => (event.type === 'steps' && event.run === run ? event.steps.map(({ step }) => step) : []));
const notes = (kind: string) => events.filter((event) => event.type === 'note' && event.kind === kind);

test('rows wait, a pause is heard meanwhile, what cannot wait is refused plainly, nothing is lost', async () => {
  const { id } = newRun(lab, 1_000_000);
  lab.start(id);
  await expect.poll(() => stepsOf(id).length).toBeGreaterThan(20);
  lock();
  await expect
    .poll(() => notes('waiting'))
    .toMatchObject([{ message: expect.stringMatching(/locked.*Training waits/) }]);
  expect(failure(() => lab.renameRun(id, 'other'))).toMatchObject({ code: 'store', value: 'SQLITE_BUSY' });
  lab.pause(id);
  expect(events.findLast(({ type }) => type === 'run')).toMatchObject({ run: { id, status: 'pausing' } });
  unlock();
  expect(await lab.ended(id)).toMatchObject({ status: 'paused' });
  const steps = stepsOf(id);
  expect(steps).toEqual(Array.from(steps, (_, index) => index + 1));
  expect(lab.store.metrics.last(id)!.step).toBe(steps.at(-1));
  lab.renameRun(id, 'other');
});

test('what is asked for meanwhile is done: what is stopped ends at once, what comes next keeps its turn and begins by itself', async () => {
  const [first, second, third] = [newRun(lab, 1_000_000).id, newRun(lab, 10).id, newRun(lab, 10).id];
  for (const id of [first, second, third]) lab.start(id);
  await expect.poll(() => stepsOf(first).length).toBeGreaterThan(20);
  lock();
  await expect.poll(() => notes('waiting').length).toBe(1);
  lab.stop(first);
  lab.stop(first);
  await lab.ended(first);
  const told = (id: string) =>
    events.findLast((event): event is Extract<LabEvent, { type: 'run' }> => event.type === 'run' && event.run.id === id)
      ?.run;
  expect(told(first)).toMatchObject({ status: 'stopped' });
  await expect
    .poll(() => notes('waiting').at(-1))
    .toMatchObject({ run: second, message: expect.stringMatching(/^It waits .*locked/) });
  expect(lab.stop(third)).toMatchObject({ status: 'stopped', queuePosition: null });
  lab.start(first, { before: second });
  expect(told(first)).toMatchObject({ status: 'queued', queuePosition: 1 });
  await expect.poll(() => notes('waiting').at(-1)).toMatchObject({ run: first });
  // Once a fault, however often it is tried.
  expect(notes('waiting')).toHaveLength(3);
  unlock();
  await expect
    .poll(() => lab.store.segments.list(first).map(({ outcome }) => outcome), { interval: 5 })
    .toEqual(['stopped', null]);
  expect(lab.store.runs.get(third)).toMatchObject({ status: 'stopped', queuePosition: null });
  lab.pause(first);
  expect(await lab.ended(second)).toMatchObject({ status: 'completed', queuePosition: null });
  expect(lab.store.runs.get(first)).toMatchObject({ status: 'paused', queuePosition: null });
});

test('a lab that is to close waits, and does not where it is hurried; what it had not written is found put right', async () => {
  const { id } = newRun(lab, 1_000_000);
  lab.start(id);
  await expect.poll(() => stepsOf(id).length).toBeGreaterThan(20);
  lock();
  await expect.poll(() => notes('waiting').length).toBe(1);
  const hurry = new AbortController();
  let closed = false;
  const closing = lab.close(hurry.signal).then(() => {
    closed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(closed).toBe(false);
  hurry.abort();
  await closing;
  unlock();
  ({ lab, events } = openPretended(place.folder));
  expect(lab.recovered).toMatchObject([{ run: id }]);
  expect(lab.store.runs.get(id)).toMatchObject({ status: 'paused', queuePosition: null });
  expect(lab.store.metrics.last(id)!.step).toBeGreaterThan(20);
});

test('real training, a study and what waits for its turn go on by themselves after a lock, and a page is answered meanwhile', async () => {
  const { answers, steps, waiting, ends, faults } = await lockWhileBusy(1);
  expect(answers).toBeGreaterThan(3);
  expect(steps).toBe(0);
  expect(waiting).toEqual({
    run: expect.stringMatching(/locked.*Training waits\.$/),
    study: expect.stringMatching(/locked.*The study waits\.$/),
    queued: expect.stringMatching(/^It waits to be started: .*locked.*It starts by itself then\.$/),
  });
  expect(ends).toEqual(['completed', 'completed', 'completed']);
  expect(faults).toEqual([]);
});
