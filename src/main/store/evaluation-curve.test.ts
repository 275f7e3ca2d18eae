// Which evaluations a run shows after restarts and forks.
import { expect, test } from 'vitest';
import { openStore } from './index.ts';
import { sampleEvaluation, sampleRun, sampleSegment, sampleStart, sampleStep, temporaryHome } from './sample-data.ts';

test('one evaluation a step, the newest; a fork shows its parent below the fork', () => {
  const { home, remove } = temporaryHome();
  const store = openStore(home);
  const steps = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => sampleStep(from + index + 1));
  const parent = sampleRun(store, 'parent').id;
  const first = sampleSegment(store, parent);
  store.metrics.append(first, steps(0, 30));
  for (const step of [0, 1, 10, 20, 30]) store.evaluations.add(first, sampleEvaluation(step, 1));
  store.segments.end(first, { outcome: 'paused', step: 30 });
  // Started again at step 10 and evaluated anew at 20, not yet at 30.
  const second = sampleSegment(store, parent, 10);
  store.metrics.append(second, steps(10, 25));
  store.evaluations.add(second, sampleEvaluation(20, 2));

  const fork = sampleRun(store, 'fork').id;
  const segment = store.segments.begin(fork, {
    fromStep: 20,
    start: sampleStart,
    parent: { run: parent, step: 20 },
  }).id;
  store.metrics.append(segment, steps(20, 40));
  store.evaluations.add(segment, sampleEvaluation(40, 3));
  // What the parent does after the fork is no part of the fork.
  store.segments.end(second, { outcome: 'stopped', step: 25 });
  const third = sampleSegment(store, parent, 0);
  store.metrics.append(third, steps(0, 20));
  store.evaluations.add(third, sampleEvaluation(10, 4));

  const shown = (run: string, superseded = false) =>
    store.evaluations.list(run, { superseded }).map(({ evaluation: { step, loss } }) => [step, loss]);
  expect(shown(parent)).toEqual([
    [0, 1],
    [10, 4],
    [30, 1],
  ]);
  expect(shown(parent, true)).toEqual([
    [0, 1],
    [1, 1],
    [10, 1],
    [10, 4],
    [20, 1],
    [20, 2],
    [30, 1],
  ]);
  expect(shown(fork)).toEqual([
    [0, 1],
    [1, 1],
    [10, 1],
    [20, 2],
    [40, 3],
  ]);
  for (const run of [parent, fork]) {
    expect(store.evaluations.newest(run)).toEqual(store.evaluations.list(run).at(-1));
    const losses = store.evaluations.losses(run);
    expect(store.evaluations.list(run).map(({ evaluation }) => evaluation)).toMatchObject(losses);
    expect(losses).toHaveLength(shown(run).length);
  }
  expect(store.evaluations.newest(sampleRun(store).id)).toBeNull();
  store.close();
  remove();
});

test('a run that is a fork hands its place to its first segment alone', () => {
  const { home, remove } = temporaryHome();
  const store = openStore(home);
  const parent = sampleRun(store);
  const { experiment, configuration, corpusHash } = parent;
  const place = { run: parent.id, step: 5 };
  const fork = store.runs.create({ experiment, name: 'fork', configuration, corpusHash, parent: place });
  expect(store.runs.get(fork.id).parent).toEqual(place);
  const first = store.segments.begin(fork.id, { fromStep: 5, start: sampleStart });
  store.segments.end(first.id, { outcome: 'paused', step: 6 });
  const second = store.segments.begin(fork.id, { fromStep: 6, start: sampleStart });
  expect([first.parent, second.parent]).toEqual([place, null]);
  store.close();
  remove();
});
