import { afterEach, expect, test, vi } from 'vitest';
import { type ErrorCode, LabError } from '../../../shared/errors.ts';
import type { Failure } from '../../../shared/failure.ts';
import { FakeLab } from '../../fake-lab.testing.ts';
import { Application } from '../../state/application.svelte.ts';
import { pretendWindow } from '../../state/pretended-window.testing.ts';
import { Toasts } from '../../state/toasts.svelte.ts';
import { failureActions } from './failure-actions.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

async function failed() {
  pretendWindow('#/runs');
  const application = new Application(new FakeLab('failed'));
  await application.runs.load();
  const run = application.runs.all.find(({ summary }) => summary.status === 'failed')!;
  return { application, run };
}

const failure = (change: Partial<Failure>): Failure => ({
  ...{ code: 'worker', what: 'It ended.', safe: 'All is safe.', action: 'Resume it.', checkpoint: 100, damaged: null },
  ...change,
});
const codes: ErrorCode[] = [
  ...(['configuration', 'corpus', 'checkpoint', 'store', 'engine'] as const),
  ...(['not-finite', 'worker', 'not-found', 'request', 'internal'] as const),
];

test('whatever a run failed with, and whatever it has left, there is a button', async () => {
  const { application, run } = await failed();
  for (const code of codes)
    for (const checkpoint of [null, 100])
      for (const damaged of [null, 150])
        expect(failureActions(application, run, failure({ code, checkpoint, damaged })).length).toBeGreaterThan(0);
  expect(failureActions(application, run, null)).toHaveLength(1);
});

test('what would fail the same way again is not offered', async () => {
  const { application, run } = await failed();
  const start = vi.spyOn(application, 'start').mockResolvedValue();
  const same = [
    failure({ damaged: 150 }),
    failure({ damaged: 150, checkpoint: null }),
    failure({ code: 'not-finite' }),
  ];
  for (const one of same) for (const { run: act } of failureActions(application, run, one)) act();
  expect(start).not.toHaveBeenCalled();
  failureActions(application, run, failure({ code: 'worker' }))[0]!.run();
  expect(start).toHaveBeenCalledOnce();
});

test('a loss that was not a number is gone on with at the checkpoint and a smaller learning rate', async () => {
  const { application, run } = await failed();
  failureActions(application, run, failure({ code: 'not-finite' }))[0]!.run();
  const { learningRate } = run.summary.configuration.training;
  expect(application.sheet).toMatchObject({ kind: 'fork', run: run.id, step: 100 });
  const [, rate] = (application.sheet as { changes: string }).changes.split('=');
  expect(Number(rate)).toBeLessThan(learningRate);
});

test('an error stays until it is closed, whatever else is told meanwhile', () => {
  vi.useFakeTimers();
  try {
    const toasts = new Toasts();
    toasts.fail(new LabError('store', 'The disk is full.'));
    for (let times = 0; times < 10; times += 1) toasts.tell(`Done ${times}.`);
    vi.advanceTimersByTime(3_600_000);
    expect(toasts.list).toMatchObject([{ text: 'The disk is full.', failed: true }]);
    expect(toasts.list[0]!.remedy).toBeTruthy();
    for (let times = 1; times < 4; times += 1) toasts.fail(new LabError('store', `The disk is full again, ${times}.`));
    toasts.tell('Done.');
    expect(toasts.list.map(({ failed }) => failed)).toEqual([true, true, true, true, false]);
    vi.advanceTimersByTime(3_600_000);
    for (const { id } of toasts.list) toasts.close(id);
    expect(toasts.list).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});
