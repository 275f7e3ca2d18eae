import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf, exampleConfiguration, exampleFolder, exampleJob } from './example-run.ts';

let ex: Awaited<ReturnType<typeof exampleFolder>>;
beforeAll(async () => {
  ex = await exampleFolder();
});
afterAll(() => ex.remove());
test('x', async () => {
  const ev = await eventsOf(exampleJob(ex.folder, exampleConfiguration({ objective: [{ kind: 'simbal' }] })));
  console.log(JSON.stringify(ev, null, 1).slice(0, 9000));
  expect(ev.at(-1)!.type).toBe('finished');
});
