import { expect, test } from 'vitest';
import type { RunStatus } from '../../shared/api.ts';
import { FakeRecords } from '../fake-records.testing.ts';
import { RunEntry } from './run-entry.svelte.ts';

/** An entry of a run that trained so many of its 300 steps, and the run itself. */
function entryOf(status: RunStatus = 'running', done = 100) {
  const records = new FakeRecords();
  const run = records.addRun(records.addExperiment('one'), 'simbal', 0, status, done / 300);
  return { run, entry: new RunEntry(run.summary) };
}

test('steps move its numbers and its curve on', () => {
  const { run, entry } = entryOf();
  const before = entry.curve.length;
  const steps = [101, 102].map((step) => run.metrics(step));
  entry.setProgress('evaluation', 1, 2);
  entry.addSteps(steps);
  expect(entry.summary).toMatchObject({ step: 102, loss: steps[1]!.crossEntropy, tokens: steps[1]!.tokens });
  expect(entry.curve).toHaveLength(before + 2);
  expect(entry.curve.at(-1)).toEqual([102, steps[1]!.crossEntropy]);
  expect(entry.progress).toBeNull();
  entry.addSteps([]);
  expect(entry.summary.step).toBe(102);
});

test('steps done anew replace those from there on', () => {
  const { run, entry } = entryOf();
  entry.addSteps([run.metrics(50)]);
  const at = entry.curve.map(([step]) => step);
  expect(at.at(-1)).toBe(50);
  expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
});

test('however long it trains, its curve stays small', () => {
  const { run, entry } = entryOf();
  for (let from = 101; from < 5000; from += 50)
    entry.addSteps(Array.from({ length: 50 }, (_, index) => run.metrics(from + index)));
  expect(entry.curve.length).toBeLessThanOrEqual(800);
  expect(entry.curve[0]![0]).toBeLessThan(300);
  expect(entry.curve.at(-1)![0]).toBe(5000);
});

test('the time that is left follows from the mean pace, and is unknown before the first step', () => {
  const { entry } = entryOf();
  const { step, tokens, tokensPerSecond } = entry.summary;
  expect(entry.secondsLeft).toBeCloseTo((200 * tokens) / step / tokensPerSecond!, 9);
  expect(entryOf('queued', 0).entry.secondsLeft).toBeNull();
});

test('a change of the run leaves what it trained, and ends what was in progress with it', () => {
  const { entry } = entryOf();
  const { curve } = entry;
  const { evaluation, loss } = entry.summary;
  entry.setProgress('evaluation', 1, 2);
  const { sparkline: _, evaluation: __, loss: ___, ...row } = entry.summary;
  entry.update({ ...row, name: 'other' });
  expect(entry.progress).toEqual({ phase: 'evaluation', done: 1, total: 2 });
  entry.update({ ...row, name: 'other', status: 'completed' });
  expect(entry.summary).toMatchObject({ name: 'other', status: 'completed', evaluation, loss });
  expect([entry.curve, entry.progress, entry.busy]).toEqual([curve, null, false]);
});

test('evaluations and checkpoints are taken as they come', () => {
  const { run, entry } = entryOf();
  entry.addEvaluation(run.evaluation(125));
  entry.addCheckpoint(120);
  expect(entry.summary).toMatchObject({ evaluation: { step: 125 }, checkpoint: 120 });
});

test('a dense model has no objective', () => {
  const { run, entry } = entryOf();
  expect(entry.objective).toMatchObject({ key: 'simbal', label: 'SimBal' });
  run.summary.configuration.model.kind = 'dense';
  expect(entry.objective).toMatchObject({ key: 'dense', label: 'dense' });
});
