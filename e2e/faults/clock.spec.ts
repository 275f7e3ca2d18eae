// The clock of the machine jumps back and forth while runs are made and trained: order comes from steps and ids.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addText, newRun, openPretended } from '../../src/main/lab/pretended-lab.testing.ts';
import '../patience.ts';
import { temporaryFolder } from './example-home.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  place = temporaryFolder();
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  place.remove();
});

test('lists keep the order of making, curves that of steps', async () => {
  vi.setSystemTime('2026-06-02T12:00:00Z');
  let { lab, events } = openPretended(place.folder, { stepTime: 1 });
  await addText(lab);
  const first = newRun(lab, 1_000_000).id;
  lab.start(first);
  const stepped = (count: number) =>
    expect.poll(() => events.filter(({ type }) => type === 'steps').length).toBeGreaterThan(count);
  await stepped(10);
  vi.setSystemTime('1971-01-01T00:00:00Z');
  const second = newRun(lab, 10).id;
  await stepped(events.filter(({ type }) => type === 'steps').length + 10);
  lab.pause(first);
  await lab.ended(first);
  const [{ began, ended } = { began: '', ended: '' }] = lab.store.segments.list(first);
  expect(ended! < began).toBe(true);
  await lab.close();

  vi.setSystemTime('2099-01-01T00:00:00Z');
  ({ lab, events } = openPretended(place.folder, { stepTime: 1 }));
  const third = newRun(lab, 10).id;
  expect(lab.store.runs.list().map(({ id }) => id)).toEqual([first, second, third]);
  lab.start(first);
  await stepped(10);
  vi.setSystemTime('2026-06-01T12:00:00Z');
  await stepped(30);
  lab.pause(first);
  await lab.ended(first);
  const series = lab.store.metrics.series(first, 'loss');
  const steps = series.kind === 'points' ? series.points.map(({ step }) => step) : [];
  expect(steps).toEqual(Array.from(steps, (_, index) => index + 1));
  expect(lab.store.segments.list(first).map(({ outcome }) => outcome)).toEqual(['paused', 'paused']);
  await lab.close();
});
