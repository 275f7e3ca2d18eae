import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Retention } from '../../../shared/retention.ts';
import type { CheckpointRow, Store } from '../../store/index.ts';
import type { Lab } from '../index.ts';
import { addText, newRun, openPretended, temporaryHome } from '../pretended-lab.testing.ts';
import { forget, putAside } from './forget.ts';
import { purge } from './purge.ts';
import { retain } from './retain.ts';

let place: ReturnType<typeof temporaryHome>;
let lab: Lab;

const open = (retention?: Retention) => {
  ({ lab } = openPretended(place.home, retention && { retention }));
};
/** The lab's own, which it shows for reading alone. */
const writable = () => lab.store as Store;
const stepsOf = (run: string) => lab.store.checkpoints.list(run).map(({ step }) => step);
/** Folders on the disk, and whether each that is listed is there. */
const foldersOf = (run: string) => {
  for (const { folder } of lab.store.checkpoints.list(run)) expect(existsSync(join(folder, 'state.json'))).toBe(true);
  return readdirSync(join(lab.store.paths.checkpoints, run)).map((name) => Number(name.slice('step-'.length)));
};
async function trained(steps: number) {
  const run = newRun(lab, steps);
  lab.start(run.id);
  await lab.ended(run.id);
  return run.id;
}

beforeEach(() => {
  place = temporaryHome();
});
afterEach(async () => {
  await lab.close();
  place.remove();
});

it('keeps every checkpoint where nothing else is set', async () => {
  open();
  await addText(lab);
  expect(stepsOf(await trained(40))).toEqual([10, 20, 30, 40]);
});

it('keeps the newest, what a fork begins at and what an unfinished study looks at', async () => {
  open();
  await addText(lab);
  const run = await trained(40);
  const fork = lab.fork(run, { step: 10 });
  lab.removeRun(fork.id);
  const study = lab.studies.start({ kind: 'routing', run, steps: [20] });
  lab.studies.stop(study.id);
  await lab.studies.ended(study.id);
  expect(lab.store.studies.get(study.id).status).toBe('stopped');
  lab.setRetention({ newest: 1, every: 0 });
  const longer = lab.continueTo(run, 60);
  lab.start(longer.id);
  await lab.ended(longer.id);
  // The setting is seen to in the run that writes; the other is as it was.
  expect(stepsOf(run)).toEqual([10, 20, 30, 40]);
  expect([stepsOf(longer.id), foldersOf(longer.id)]).toEqual([[60], [60]]);

  const store = writable();
  await retain(store, run, { newest: 1, every: 0 });
  expect([stepsOf(run), foldersOf(run)]).toEqual([
    [10, 20, 40],
    [10, 20, 40],
  ]);
});

it('forgets a checkpoint before its folder goes, so that none is listed that is not there', async () => {
  open();
  await addText(lab);
  const run = await trained(20);
  const [row] = lab.store.checkpoints.list(run) as [CheckpointRow, CheckpointRow];
  const store = writable();
  const remove = () => {
    expect(existsSync(row.folder)).toBe(true);
    throw new Error('locked');
  };
  await expect(forget({ ...store, checkpoints: { ...store.checkpoints, remove } }, [row])).rejects.toThrow();
  expect(foldersOf(run)).toEqual([10, 20]);
  // A lab that ends in between leaves a folder that nothing lists: what a purge frees.
  store.checkpoints.remove(run, 10);
  expect(lab.removableCheckpoints()).toEqual({ runs: 0, checkpoints: 1, bytes: 2 });
  await lab.purgeCheckpoints();
  expect([stepsOf(run), foldersOf(run)]).toEqual([[20], [20]]);
  expect(lab.removableCheckpoints()).toEqual({ runs: 0, checkpoints: 0, bytes: 0 });
});

it('frees what a lab was killed over while it took it away, however often', async () => {
  open();
  await addText(lab);
  const run = await trained(20);
  writable().checkpoints.remove(run, 10);
  const folder = join(lab.store.paths.checkpoints, run, 'step-00000010');
  const aside = putAside(putAside(folder)!)!;
  expect(lab.removableCheckpoints().checkpoints).toBe(1);
  await lab.purgeCheckpoints();
  expect([existsSync(aside), foldersOf(run)]).toEqual([false, [20]]);
});

it('leaves what nothing lists to a run that was started while it purges, or that lists it by now', async () => {
  open();
  await addText(lab);
  const run = await trained(20);
  const row = lab.store.checkpoints.list(run)[0]!;
  const store = writable();
  store.checkpoints.remove(run, 10);
  let asked = 0;
  expect(await purge(store, () => asked++ > 0)).toEqual({ runs: 0, checkpoints: 0, bytes: 0 });
  expect(foldersOf(run)).toEqual([10, 20]);
  const listing = purge(store, () => false);
  store.checkpoints.add(row.segment, row);
  await listing;
  expect([stepsOf(run).sort(), foldersOf(run)]).toEqual([
    [10, 20],
    [10, 20],
  ]);
});

it('frees the names of what it takes away at once: a run that begins again meanwhile keeps what it writes there', async () => {
  open();
  await addText(lab);
  const run = await trained(200);
  lab.removeRun(run);
  const store = writable();
  const rows = store.checkpoints.list(run);
  const folders = rows.map(({ folder }) => folder);
  for (const folder of folders) writeFileSync(join(folder, 'old'), '');
  const purging = lab.purgeCheckpoints();
  // As the worker of a run that was restored: the same folders, and one that it is just writing.
  lab.restoreRun(run);
  const busy = `${folders[0]}.partial`;
  for (const folder of [...folders, busy]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'state.json'), '{}');
  }
  for (const row of rows) store.checkpoints.add(row.segment, row);
  await purging;
  for (const folder of [...folders, busy]) expect(readdirSync(folder)).toEqual(['state.json']);
  expect(readdirSync(dirname(busy)).sort()).toEqual([...folders, busy].map((folder) => basename(folder)).sort());
});

it('leaves a folder outside of its own alone', async () => {
  open();
  await addText(lab);
  const run = await trained(20);
  const elsewhere = join(place.home, 'elsewhere', 'step-00000020');
  mkdirSync(elsewhere, { recursive: true });
  writeFileSync(join(elsewhere, 'state.json'), '{}');
  const row = lab.store.checkpoints.newest(run)!;
  await forget(writable(), [{ ...row, folder: elsewhere }]);
  expect(readdirSync(dirname(elsewhere))).toEqual(['step-00000020']);
});

it('purges removed runs alone, and of these not what a run that is there begins at', async () => {
  open();
  await addText(lab);
  const [kept, removed] = [await trained(20), await trained(30)];
  const fork = lab.fork(removed, { step: 20 });
  lab.removeRun(removed);
  expect(lab.removableCheckpoints()).toEqual({ runs: 1, checkpoints: 2, bytes: 4 });
  expect(await lab.purgeCheckpoints()).toEqual({ runs: 1, checkpoints: 2, bytes: 4 });
  expect([stepsOf(removed), foldersOf(removed)]).toEqual([[20], [20]]);
  expect([stepsOf(kept), foldersOf(kept)]).toEqual([
    [10, 20],
    [10, 20],
  ]);
  expect(lab.store.evaluations.list(removed)).not.toHaveLength(0);
  expect(lab.store.events.list(removed).at(-1)).toMatchObject({ kind: 'purged' });
  lab.removeRun(fork.id);
  await lab.purgeCheckpoints();
  expect([stepsOf(removed), foldersOf(removed)]).toEqual([[], []]);
  // The fork, restored, has nothing to begin at any more: that is said, and it does not start from its seeds.
  lab.restoreRun(fork.id);
  lab.start(fork.id);
  await lab.ended(fork.id);
  expect(lab.store.segments.list(fork.id)).toEqual([]);
  expect(lab.store.runs.get(fork.id).status).toBe('queued');
});
