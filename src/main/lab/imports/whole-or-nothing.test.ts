// A bundle is there whole or not at all: given up or killed at any piece of it, while pages are answered and rows are written.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzzing } from '../../../../test/fuzzing.ts';
import type { LaunchWorker } from '../../compute/index.ts';
import { openStore } from '../../store/index.ts';
import { sampleSegment, sampleStep } from '../../store/sample-data.ts';
import { newRun, openPretended, temporaryHome } from '../pretended-lab.testing.ts';
import { writeBundle } from '../report/bundle.ts';
import { discardUnseen, importBundle } from './bundle-import.ts';
import { fill, randomExperiments } from './random-store.testing.ts';
import { readerInProcess } from './reader.testing.ts';
import { filesOf, rowsOf } from './store-rows.testing.ts';

const temporary: (() => void)[] = [];
const folder = () => {
  const { home, remove } = temporaryHome();
  temporary.push(remove);
  return home;
};

let bundle: string;
let runs: string[];
/** A home with something of its own, and what the bundle makes of it. */
let before: string;
let pieces = 0;

const counted =
  (launch: LaunchWorker, told: (piece: number) => void): LaunchWorker =>
  () => {
    const worker = launch();
    let count = 0;
    const onMessage: typeof worker.onMessage = (listener) =>
      worker.onMessage((event) => {
        if (event.type === 'bundle-piece') told(++count);
        listener(event);
      });
    return { ...worker, onMessage };
  };

const copyOf = (home: string): string => {
  const copy = folder();
  cpSync(home, copy, { recursive: true });
  return copy;
};

/** As the next lab opens it, with what it takes away done. */
async function nextLab(home: string) {
  const store = openStore(home);
  store.recover();
  const listed = store.runs.list({ removed: true }).map(({ id }) => id);
  const tidy = store.experiments.list({ removed: true }).length + store.studies.list({ removed: true }).length;
  await discardUnseen(store, new AbortController().signal);
  store.close();
  return { listed, tidy, rows: rowsOf(home), files: filesOf(home).filter((name) => !name.startsWith('.adding-')) };
}

beforeAll(async () => {
  const theirs = folder();
  const store = openStore(theirs);
  const [experiments] = fc.sample(randomExperiments, { seed: 7, numRuns: 1 });
  const rich = experiments!.map((one) => ({
    ...one,
    runs: one.runs.map((run) => ({ ...run, checkpoint: new Uint8Array(40), study: true })),
  }));
  runs = fill(store, rich);
  const segment = sampleSegment(store, runs[0]!, 100_000);
  store.metrics.append(
    segment,
    Array.from({ length: 1500 }, (_, index) => sampleStep(100_001 + index)),
  );
  store.segments.end(segment, { outcome: 'completed', step: 101_500 });
  bundle = join(theirs, 'bundle.zip');
  await writeBundle(store, runs, bundle, {
    ...{ title: 'Theirs', made: new Date(), lab: '1.0.0', checkpoints: 'all', reportHtml: '<p>' },
  });
  store.close();
  before = folder();
  const own = openStore(before);
  fill(own, fc.sample(randomExperiments, { seed: 8, numRuns: 1 })[0]!);
  own.close();
  const tried = openStore(copyOf(before));
  const launchReader = counted(readerInProcess, (piece) => {
    pieces = piece;
  });
  await importBundle(bundle, { store: tried, launchReader, emit: () => {}, track: () => {} });
  tried.close();
  expect(pieces).toBeGreaterThan(20);
});

afterAll(() => {
  for (const remove of temporary) remove();
});

test('given up at any piece of it, nothing of it is there', async () => {
  const { rows, files } = await nextLab(copyOf(before));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: pieces }), async (at) => {
      const home = copyOf(before);
      const stop = new AbortController();
      const launchReader = counted(readerInProcess, (piece) => piece === at && stop.abort());
      const { lab } = openPretended(home, { launchReader });
      await expect(lab.imports.bundle(bundle, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
      expect(lab.store.runs.list({ removed: true }).map(({ id }) => id)).not.toContain(runs[0]);
      await lab.close();
      const after = await nextLab(home);
      expect(after.rows).toEqual(rows);
      expect(after.files).toEqual(files);
    }),
    fuzzing(10),
  );
});

test('a lab that is killed at any piece of it, or while it is shown, has all of it or nothing', async () => {
  const nothing = await nextLab(copyOf(before));
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.integer({ min: 1, max: pieces }), fc.integer({ min: 1000, max: 1020 })),
      async (at) => {
        const home = copyOf(before);
        const script = join(import.meta.dirname, 'import-process.testing.ts');
        const child = spawn(process.execPath, [script, home, bundle, String(at)], {
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        await once(child, 'close');
        expect(child.signalCode).toBe('SIGKILL');
        const { listed, rows, files, tidy } = await nextLab(home);
        const imported = listed.filter((id) => runs.includes(id)).length;
        seen.add(imported);
        expect([0, runs.length]).toContain(imported);
        if (imported > 0) expect(rows.unseen).toEqual([]);
        else expect({ rows, files, tidy }).toEqual({ rows: nothing.rows, files: nothing.files, tidy: nothing.tidy });
        const store = openStore(home);
        const again = await importBundle(bundle, {
          store,
          launchReader: readerInProcess,
          emit: () => {},
          track: () => {},
        });
        expect([...again.runs, ...again.known].sort()).toEqual([...runs].sort());
        store.close();
      },
    ),
    { ...fuzzing(5), examples: [[1], [pieces], [1000]] },
  );
  expect(seen).toContain(0);
});

test('while one comes in, steps of a run are stored, questions answered, and a second one refused', async () => {
  const home = copyOf(before);
  let answered = 0;
  let refused: unknown = null;

  const launchReader = counted(readerInProcess, (piece) => {
    setImmediate(() => {
      answered += lab.store.runs.list().every(({ id }) => !runs.includes(id)) ? 1 : 0;
    });
    if (piece === 10) void lab.imports.bundle(bundle).catch((thrown) => (refused = thrown));
  });
  const { lab } = openPretended(home, { launchReader });
  mkdirSync(join(home, 'corpora', 'd4'), { recursive: true });
  await lab.addCorpus({ name: 'text', sources: [{ path: '/text' }], tokenizer: 'bytes' });
  const { id } = newRun(lab, 200);
  lab.start(id);
  await lab.imports.bundle(bundle);
  // Every piece but the last ones, after which all is seen.
  expect(answered).toBeGreaterThan(pieces - 3);
  expect(refused).toMatchObject({ code: 'request', message: 'Another bundle is being taken in.' });
  await lab.ended(id);
  expect(lab.store.metrics.last(id)?.step).toBe(200);
  expect(lab.store.runs.list({ removed: true }).map((run) => run.id)).toEqual(expect.arrayContaining(runs));
  await lab.close();
});
