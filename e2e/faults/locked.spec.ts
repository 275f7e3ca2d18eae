// Another program holds the lab's database locked for a while: what runs waits, people are answered, nothing is lost.
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lab, LabEvent } from '../../src/main/lab/index.ts';
import { addText, newRun, openPretended } from '../../src/main/lab/pretended-lab.testing.ts';
import { failure } from '../../src/main/store/sample-data.ts';
import { temporaryFolder } from './example-home.ts';

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

test('a run that is stopped meanwhile ends at once; what waits behind it says why it does not start, and is found again', async () => {
  const [first, second] = [newRun(lab, 1_000_000).id, newRun(lab, 10).id];
  lab.start(first);
  lab.start(second);
  await expect.poll(() => stepsOf(first).length).toBeGreaterThan(20);
  lock();
  await expect.poll(() => notes('waiting').length).toBe(1);
  lab.stop(first);
  lab.stop(first);
  await lab.ended(first);
  await expect
    .poll(() => notes('failed'))
    .toContainEqual(
      expect.objectContaining({ run: second, message: expect.stringMatching(/^It could not be started: .*locked/) }),
    );
  unlock();
  await lab.close();
  ({ lab, events } = openPretended(place.folder));
  expect(lab.recovered).toMatchObject([{ run: first }]);
  expect(lab.store.metrics.last(first)!.step).toBeGreaterThan(20);
  lab.resumeQueue();
  expect(await lab.ended(second)).toMatchObject({ status: 'completed' });
});
