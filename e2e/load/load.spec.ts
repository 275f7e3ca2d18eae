// A small load on a served lab: nothing that was reported is lost, nobody reads anything else, the log stays short. By hand
// with ten million points: npm run -s bench -- day-of-metrics.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../faults/example-home.ts';
import { patience } from '../patience.ts';
import { pointsPerStep } from './invented-metrics.ts';
import { barePage, lookAtAll, makeRuns, openLoadedLab, openPages } from './loaded-lab.ts';

test('runs report as fast as they can while pages read: all of it is there, in order, and the log stays short', async () => {
  const { folder, remove } = temporaryFolder();
  const home = join(folder, 'home');
  const [runs, steps, pages] = [6, 800, 12];
  const lab = await openLoadedLab(home, barePage(join(folder, 'page')));
  try {
    await lab.client.api.settings.set({ concurrency: 3 });
    const ids = await makeRuns(lab.client, { runs, steps, start: false });
    const load = openPages(lab.address, pages, 200, 1);
    await load.begun;
    await lab.client.api.runs.start({ runs: ids });
    const completed = async () => {
      const all = await lab.client.api.runs.list({});
      return all.filter(({ status }) => status === 'completed').length;
    };
    await expect.poll(completed, { timeout: 2 * patience, interval: 200 }).toBe(ids.length);
    const { faults, waits, events } = await load.saw();
    expect(faults).toEqual([]);
    expect(Object.values(waits).flat().length).toBeGreaterThan(pages);
    expect(events).toBeGreaterThan(pages * runs);
    expect(lab.wal().most).toBeLessThan(16 * 2 ** 20);
  } finally {
    await lab.close();
  }
  expect(lookAtAll(home)).toEqual({ points: runs * steps * pointsPerStep, faults: [] });
  remove();
});
