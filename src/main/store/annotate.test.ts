// Notes, tags and removal: what a person adds to runs and experiments, and takes away to bring back.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from './index.ts';
import { failure, sampleRun, temporaryHome } from './sample-data.ts';

let home: string;
let remove: () => void;
let store: Store;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  store = openStore(home);
});

afterEach(() => {
  store.close();
  remove();
});

test('a note and tags stay as they were written, each by itself', () => {
  const { id, experiment } = sampleRun(store);
  for (const [table, row] of [
    [store.runs, id],
    [store.experiments, experiment],
  ] as const) {
    expect(table.get(row)).toMatchObject({ note: '', tags: [], removed: null });
    expect(table.annotate(row, { note: 'a "note" \u202e' })).toMatchObject({ note: 'a "note" \u202e', tags: [] });
    expect(table.annotate(row, { tags: ['one', ''] })).toMatchObject({ note: 'a "note" \u202e', tags: ['one', ''] });
    expect(table.annotate(row, { note: '', tags: [] })).toMatchObject({ note: '', tags: [] });
    expect(failure(() => table.annotate('nothing', { note: '' }))).toMatchObject({ code: 'not-found' });
  }
});

test('what is removed leaves the lists and nothing else, also when the lab is opened again', () => {
  const kept = sampleRun(store, 'kept');
  const gone = sampleRun(store, 'gone');
  store.runs.setStatus(gone.id, 'running');
  expect(store.runs.setRemoved(gone.id, true).removed).toMatch(/^\d{4}-/);
  store.experiments.setRemoved(kept.experiment, true);
  store.close();

  store = openStore(home);
  expect(store.recover()).toMatchObject([{ run: gone.id }]);
  expect(store.runs.list()).toEqual([]);
  expect(store.experiments.list()).toMatchObject([{ id: gone.experiment }]);
  expect(store.runs.list({ removed: true }).map(({ id }) => id)).toEqual([kept.id, gone.id]);
  expect(store.runs.get(kept.id).removed).toBeNull();

  store.experiments.setRemoved(kept.experiment, false);
  store.runs.setRemoved(gone.id, false);
  expect(store.runs.list().map(({ id }) => id)).toEqual([kept.id, gone.id]);
  expect(store.experiments.list({ removed: true })).toEqual(store.experiments.list());
});
