import { expect, test, vi } from 'vitest';
import type { Alert } from '../../shared/alerts.ts';
import type { ApiEvent, EventRow } from '../../shared/api.ts';
import { Alerts } from './alerts.svelte.ts';
import type { Runs } from './runs.svelte.ts';

const alert = (step: number, change: Partial<Alert> = {}): Alert => ({
  detector: 'loss-spike',
  severity: 'warning',
  layer: null,
  layers: [],
  value: 9,
  threshold: 4,
  step,
  checkpoint: 100,
  message: 'The training loss jumped.',
  ...change,
});
const kept = (run: string, data: unknown): EventRow =>
  ({ id: 1, run, created: '2026-01-02T03:04:05.000Z', step: 1, kind: 'alert', message: '', data }) as EventRow;

function watching(rows: EventRow[]) {
  let listener = (_: ApiEvent) => {};
  const ask = vi.fn(async ({ runs }: { runs: string[] }) => rows.filter(({ run }) => runs.includes(run)));
  const runs = {
    reconnections: 0,
    lab: { api: { events: { alerts: ask } } },
    listen: (told: typeof listener) => {
      listener = told;
      return () => {};
    },
  };
  const toasts: string[] = [];
  const alerts = new Alerts(runs as unknown as Runs, ({ run, step }) => toasts.push(`${run} ${step}`));
  const tell = (run: string, one: Alert) => listener({ type: 'alert', run, alert: one });
  return { alerts, ask, tell, toasts, runs };
}
const steps = (alerts: Alerts, run: string) => alerts.of(run).map(({ step }) => step);

test('runs that are seen together are asked for together and once; nothing kept is told as new', async () => {
  const { alerts, ask, toasts, runs } = watching([kept('a', alert(7)), kept('b', { nonsense: true })]);
  for (const run of ['a', 'b', 'a']) alerts.see(run);
  await expect.poll(() => steps(alerts, 'a')).toEqual([7]);
  alerts.see('a');
  expect(ask.mock.calls).toEqual([[{ runs: ['a', 'b'] }]]);
  expect(alerts.of('b')).toEqual([]);
  expect(toasts).toEqual([]);
  runs.reconnections = 1;
  alerts.see('a');
  await expect.poll(() => ask).toHaveBeenCalledTimes(2);
});

test('a live one lies in order among those that are kept', async () => {
  const { alerts, tell, toasts } = watching([kept('a', alert(7)), kept('a', alert(3))]);
  tell('a', alert(5));
  tell('a', alert(5, { detector: 'collapse', layer: 2 }));
  alerts.see('a');
  await expect.poll(() => steps(alerts, 'a')).toEqual([3, 5, 5, 7]);
  expect(toasts).toEqual(['a 5', 'a 5']);
});

test('one that is live and kept at once is told, and listed once', async () => {
  const { alerts, tell, toasts } = watching([kept('a', alert(5))]);
  alerts.see('a');
  await expect.poll(() => steps(alerts, 'a')).toEqual([5]);
  tell('a', alert(5));
  expect([toasts, steps(alerts, 'a')]).toEqual([['a 5'], [5]]);
});

test('a question without an answer is asked again', async () => {
  const { alerts, ask } = watching([kept('a', alert(7))]);
  ask.mockRejectedValueOnce(new Error('gone'));
  alerts.see('a');
  await expect.poll(() => ask).toHaveBeenCalledOnce();
  await Promise.resolve();
  alerts.see('a');
  await expect.poll(() => steps(alerts, 'a')).toEqual([7]);
});
