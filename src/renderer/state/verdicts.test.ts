import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeLab } from '../fake-lab.testing.ts';
import { pretendWindow } from './pretended-window.testing.ts';
import { Runs } from './runs.svelte.ts';
import { Verdicts } from './verdicts.svelte.ts';

beforeEach(() => {
  pretendWindow('#/runs');
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test('a run that is finished after its last evaluation counts as finished', async () => {
  const runs = new Runs(new FakeLab('demo'));
  await runs.load();
  const verdicts = new Verdicts(runs);
  const { experiment } = runs.all.find(({ summary }) => summary.evaluation)!.summary;
  const entries = runs.all.filter(({ summary }) => summary.experiment === experiment && summary.evaluation);
  const counted = () => verdicts.of(experiment).reduce((sum, { runs }) => sum + runs, 0);
  const one = entries[0]!;
  runs.put({ ...one.summary, status: 'running' });
  await verdicts.see(experiment, entries);
  const before = counted();
  runs.put({ ...one.summary, status: 'completed' });
  await verdicts.see(experiment, entries);
  expect(counted()).toBe(before + 1);
});
