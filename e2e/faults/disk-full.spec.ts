// A disk that is full under every writer: a plain message, nothing half, and on it goes when there is room.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, type LabEvent, openLab } from '../../src/main/lab/index.ts';
import { addText, newRun, openPretended } from '../../src/main/lab/pretended-lab.testing.ts';
import { exampleHome } from '../../src/main/lab/report/example-home.testing.ts';
import { writeReport } from '../../src/main/lab/report/write.ts';
import { type Migration, migrations } from '../../src/main/store/migrations/index.ts';
import { openStore } from '../../src/main/store/open.ts';
import { failure } from '../../src/main/store/sample-data.ts';
import type { LabError } from '../../src/shared/errors.ts';
import { type ReportFormat, reportRequestSchema } from '../../src/shared/report.ts';
import { openCheckpoint } from '../../src/worker/checkpoint/checkpoint-folder.ts';
import '../patience.ts';
import { exampleConfiguration, addText as prepareText, temporaryFolder } from './example-home.ts';
import { difference, keptOf } from './kept.ts';
import { diskMissing, type SmallDisk, smallDisk } from './small-disk.ts';

let place: ReturnType<typeof temporaryFolder>;
let disk: SmallDisk | undefined;
let lab: Lab | undefined;

beforeEach(() => {
  place = temporaryFolder();
});
afterEach(async () => {
  disk?.free();
  await lab?.close();
  disk?.remove();
  lab = undefined;
  disk = undefined;
  place.remove();
});

const mountAt = (name: string, megabytes = 8): SmallDisk => {
  disk = smallDisk(join(place.folder, name), megabytes);
  return disk;
};
const stepsOf = (events: readonly LabEvent[], run: string) =>
  events.flatMap((event) => (event.type === 'steps' && event.run === run ? event.steps.map(({ step }) => step) : []));
const waits = (events: readonly LabEvent[]) =>
  expect.poll(() => events.some((event) => event.type === 'note' && event.kind === 'waiting')).toBe(true);

/** A pretended lab whose database alone lies on the small disk. */
async function openOnSmallDisk() {
  const { folder } = mountAt('home');
  const checkpoints = join(place.folder, 'checkpoints');
  mkdirSync(checkpoints);
  symlinkSync(checkpoints, join(folder, 'checkpoints'));
  const opened = openPretended(folder, { stepTime: 1 });
  lab = opened.lab;
  await addText(lab);
  return { ...opened, disk: disk! };
}

const missing = diskMissing();
const skipped = missing === null ? '' : ` (skipped, ${missing})`;

describe.skipIf(missing !== null)(`a full disk${skipped}`, () => {
  test('under a checkpoint: training waits, the one before is whole, and the run ends as without it', async () => {
    const home = join(place.folder, 'home');
    const { fill, free } = mountAt('home/checkpoints', 64);
    const events: LabEvent[] = [];
    lab = openLab({ home, onEvent: (event) => events.push(event) });
    const { store } = lab;
    await prepareText(lab, place.folder);
    const experiment = lab.createExperiment({ name: 'full' }).id;
    const [straight, full] = ['straight', 'full'].map(
      (name) => lab!.createRun({ experiment, configuration: exampleConfiguration(name, 30) }).id,
    ) as [string, string];
    lab.start(straight);
    expect(await lab.ended(straight)).toMatchObject({ status: 'completed' });

    // Room for one and a half.
    fill(Math.round(store.checkpoints.newest(straight)!.bytes * 1.5));
    lab.start(full);
    await waits(events);
    const note = store.events.list(full).find(({ kind }) => kind === 'waiting')!;
    expect(note.message).toMatch(/disk is full.*Training waits/);
    expect(store.runs.get(full).status).toBe('running');
    const { step, folder } = store.checkpoints.newest(full)!;
    expect(step).toBe(5);
    await (await openCheckpoint(folder)).close();
    // Beside it there is one only while it is tried again.
    await expect.poll(() => readdirSync(join(store.paths.checkpoints, full))).toEqual([basename(folder)]);
    free();
    expect(await lab.ended(full)).toMatchObject({ status: 'completed' });
    expect(difference(keptOf(store, full), keptOf(store, straight))).toBeNull();
  });

  test('under the log of the database: rows wait, a pause is heard meanwhile, nothing is lost', async () => {
    const { lab, events, disk } = await openOnSmallDisk();
    const { id } = newRun(lab, 1_000_000);
    lab.start(id);
    await expect.poll(() => stepsOf(events, id).length).toBeGreaterThan(20);
    disk.fill();
    await waits(events);
    expect(events.findLast(({ type }) => type === 'note')).toMatchObject({
      message: expect.stringMatching(/^The disk is full: .*lab\.sqlite could not grow.* Training waits\.$/),
    });
    lab.pause(id);
    expect(events.findLast(({ type }) => type === 'run')).toMatchObject({ run: { status: 'pausing' } });
    disk.free();
    expect(await lab.ended(id)).toMatchObject({ status: 'paused' });
    const steps = stepsOf(events, id);
    expect(steps).toEqual(Array.from(steps, (_, index) => index + 1));
    expect(lab.store.metrics.last(id)!.step).toBe(steps.at(-1));
    expect(lab.store.segments.list(id).map(({ outcome }) => outcome)).toEqual(['paused']);
  });

  test('under a part of a study: it waits, says so, and every part is kept', async () => {
    const { lab, events, disk } = await openOnSmallDisk();
    const { id } = newRun(lab, 30);
    lab.start(id);
    await lab.ended(id);
    const parts = () => events.filter(({ type }) => type === 'study-part').length;
    const study = lab.studies.start({ kind: 'routing', run: id, steps: [10, 20, 30], tokens: 2048 });
    disk.fill();
    const message = () =>
      events.flatMap((event) => (event.type === 'study' && event.study.message ? [event.study.message] : [])).at(-1);
    await expect.poll(message).toMatch(/disk is full.*The study waits\.$/);
    const before = parts();
    expect(before).toBeLessThan(3);
    disk.free();
    expect(await lab.studies.ended(study.id)).toMatchObject({ status: 'completed', done: 3 });
    expect(parts()).toBe(3);
  });

  test('under a corpus: refused plainly, nothing is left of it, and it is added when there is room', async () => {
    const { folder, fill, free } = mountAt('home/corpora');
    lab = openLab({ home: join(place.folder, 'home') });
    const source = join(place.folder, 'text');
    mkdirSync(source);
    writeFileSync(join(source, 'a.txt'), 'Some text that is long enough. '.repeat(10_000));
    const corpus = { name: 'text', sources: [{ path: source }], tokenizer: 'bytes', validationShare: 0.3 } as const;
    const add = () => lab!.addCorpus({ ...corpus, sources: [...corpus.sources] });
    fill(1 << 16);
    const refusal: LabError = await add().then(Promise.reject.bind(Promise), (thrown) => thrown);
    expect(refusal).toMatchObject({ code: 'corpus', message: expect.stringContaining('The disk is full') });
    expect(readdirSync(folder)).toEqual(['ballast']);
    expect(lab.store.corpora.list()).toEqual([]);
    free();
    expect(await add()).toMatchObject({ known: false });
  });

  test.each<ReportFormat>(['html', 'csv', 'bundle'])(
    'under a report as %s: the one before stays as it was',
    async (format) => {
      const { store, runs } = exampleHome(join(place.folder, 'home'));
      const { folder, fill, free } = mountAt('reports');
      const out = join(folder, 'report');
      const write = (title: string) =>
        writeReport(store, reportRequestSchema.parse({ runs, title }), {
          ...{ folder: out, formats: [format], checkpoints: 'none', made: new Date(0) },
          ...{ command: (rest: string) => rest, printer: async () => null },
        });
      const files = () =>
        readdirSync(out, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'base64')]);
      try {
        await write('first');
        const before = files();
        fill(1 << 13);
        const refusal = await write('second').then(Promise.reject.bind(Promise), (thrown) => thrown);
        expect(refusal).toMatchObject({ code: 'request', message: expect.stringContaining('the disk is full') });
        expect(files()).toEqual(before);
        free();
        await write('second');
      } finally {
        store.close();
      }
    },
  );

  test('under a migration: the file stays at the version before it, and is migrated when there is room', () => {
    const { folder, fill, free } = mountAt('home');
    openStore(folder).close();
    const numbers = 'WITH RECURSIVE counter(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM counter LIMIT 2000)';
    const large: Migration = (connection) =>
      connection.exec(`CREATE TABLE large AS ${numbers} SELECT printf('%1000d', value) AS text FROM counter`);
    const next = [...migrations, large];
    fill(1 << 18);
    expect(failure(() => openStore(folder, { migrations: next }))).toMatchObject({
      code: 'store',
      value: 'SQLITE_FULL',
      message: expect.stringMatching(/^The disk is full/),
    });
    openStore(folder).close();
    free();
    openStore(folder, { migrations: next }).close();
    expect(failure(() => openStore(folder))).toMatchObject({ code: 'store', value: String(next.length) });
  });
});
