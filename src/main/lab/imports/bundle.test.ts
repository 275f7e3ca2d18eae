// A bundle of one lab in another: the same comparison, once; and whatever is wrong with one changes nothing.
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { type BundleManifest, manifestPath } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import { pretendedParts } from '../../../shared/studies/pretended-parts.testing.ts';
import { studyRequestSchema } from '../../../shared/studies/study.ts';
import { encode } from '../../../shared/wire.ts';
import { openStore, openStoreReadOnly } from '../../store/index.ts';
import { compare, type Lab } from '../index.ts';
import { addText, newRun, openPretended, temporaryHome } from '../pretended-lab.testing.ts';
import { writeBundle } from '../report/bundle.ts';
import { studyHash } from '../studies/study-hash.ts';
import { entriesOf } from './bundle-entries.testing.ts';
import { readerInProcess } from './reader.testing.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const made = new Date('2026-02-03T04:05:06Z');
const temporary: (() => void)[] = [];
const folder = () => {
  const { home, remove } = temporaryHome();
  temporary.push(remove);
  return home;
};

let source: string;
let bundle: string;
let runs: string[];
let told: unknown;

/** Without where it lies, and without what tells that it was imported. */
const comparable = ({ runs: compared, corpora, ...rest }: ReturnType<typeof compare>) => ({
  ...rest,
  corpora: corpora.map(({ folder: _, ...corpus }) => corpus),
  runs: compared.map(({ message: _, status: __, ...run }) => run),
});

/** What two labs have to agree about. */
function seen(lab: Pick<Lab, 'store'>, ids: readonly string[]) {
  const { store } = lab;
  return {
    comparison: comparable(compare(store, ids)),
    curves: ids.map((id) => store.metrics.names(id).map((name) => [name, store.metrics.series(id, name)])),
    superseded: ids.map((id) => store.metrics.superseded(id, 'loss').map(({ series }) => series)),
    evaluations: ids.map((id) => store.evaluations.list(id, { superseded: true }).map(({ evaluation }) => evaluation)),
    studies: store.studies
      .list({ runs: ids })
      .map(({ id, status, hash }) => [id, status, hash, store.studies.parts(id)]),
    checkpoints: ids.map((id) => store.checkpoints.list(id).map(({ step, hashes }) => [step, hashes])),
  };
}

beforeAll(async () => {
  source = folder();
  const { lab } = openPretended(source);
  await addText(lab);
  const experiment = lab.createExperiment({ name: 'theirs', note: 'a note' }).id;
  const first = newRun(lab, 6, { experiment, name: 'first' });
  lab.start(first.id);
  await lab.ended(first.id);
  const fork = lab.renameRun(lab.continueTo(first.id, 9).id, 'fork');
  const other = newRun(lab, 4, { experiment, name: 'other', seeds: { init: 2, data: 2 } });
  lab.start(other.id);
  await lab.ended(other.id);
  await lab.close();
  const store = openStore(source);
  for (const run of [first.id, other.id]) {
    // The pretending worker's hashes are pretended too.
    for (const { segment, ...checkpoint } of store.checkpoints.list(run)) {
      const hashes = readdirSync(checkpoint.folder).map((name) => [
        name,
        sha256(readFileSync(join(checkpoint.folder, name))),
      ]);
      store.checkpoints.add(segment, { ...checkpoint, hashes: Object.fromEntries(hashes) });
    }
  }
  const [checkpoint] = store.checkpoints.list(first.id);
  const request = studyRequestSchema.parse({ kind: 'geometry', run: first.id, steps: [checkpoint!.step] });
  const study = store.studies.create({ run: first.id, request, hash: studyHash(request, [checkpoint!]) });
  for (const part of pretendedParts(request, first.configuration.model)) store.studies.appendPart(study.id, part);
  store.studies.setStatus(study.id, 'completed');
  runs = [first.id, other.id, fork.id];
  bundle = join(source, 'bundle.zip');
  await writeBundle(store, runs, bundle, {
    title: 'Theirs',
    made,
    lab: '1.0.0',
    checkpoints: 'all',
    reportHtml: '<p>',
  });
  told = seen({ store }, runs);
  store.close();
});

afterAll(() => {
  for (const remove of temporary) remove();
});

let home: string;
let lab: Lab;
beforeEach(() => {
  home = folder();
  ({ lab } = openPretended(home, { launchReader: readerInProcess }));
});
afterEach(async () => lab.close());

test('another lab sees the same comparison', async () => {
  expect(await lab.imports.look(bundle)).toMatchObject({ kind: 'bundle', title: 'Theirs', runs: 3, studies: 1 });
  const imported = await lab.imports.bundle(bundle);
  expect(imported).toMatchObject({ title: 'Theirs', runs: expect.arrayContaining(runs), known: [], mapped: [] });
  expect(imported.corporaWithoutText).toEqual(['text']);
  expect(JSON.parse(JSON.stringify(seen(lab, runs)))).toEqual(JSON.parse(JSON.stringify(told)));
  const [first, , fork] = runs.map((id) => lab.store.runs.get(id));
  expect(first).toMatchObject({
    status: 'completed',
    message: 'Imported from bundle.zip, made 2026-02-03 by lab 1.0.0.',
  });
  expect(fork).toMatchObject({ status: 'stopped', parent: { run: runs[0] } });
  expect(lab.store.events.list(runs[0]!).at(-1)).toMatchObject({ kind: 'imported' });
  expect(lab.store.experiments.list()).toMatchObject([{ name: 'theirs', note: 'a note' }]);
  for (const { folder } of lab.store.checkpoints.list(runs[0]!)) {
    expect(folder.startsWith(lab.store.paths.checkpoints)).toBe(true);
    expect(readdirSync(folder).length).toBeGreaterThan(0);
  }
  expect(lab.continueTo(runs[0]!, 9).parent).toMatchObject({ run: runs[0] });
});

test('the same bundle twice is nothing new, also after a run was renamed or removed', async () => {
  await lab.imports.bundle(bundle);
  lab.renameRun(runs[0]!, 'renamed');
  lab.removeRun(runs[1]!);
  const again = await lab.imports.bundle(bundle);
  expect(again).toMatchObject({ experiments: [], runs: [], studies: [], known: expect.arrayContaining(runs) });
  expect(lab.store.runs.list().map(({ name }) => name)).toEqual(expect.arrayContaining(['renamed', 'other', 'fork']));
  expect(lab.store.runs.list({ removed: true })).toHaveLength(3);
});

test('in the lab that wrote it nothing is new', async () => {
  const { lab: own } = openPretended(source);
  expect(await own.imports.bundle(bundle)).toMatchObject({ experiments: [], runs: [], studies: [] });
  await own.close();
});

test('an id that something else has becomes a new one, and is told again', async () => {
  const experiment = lab.createExperiment({ name: 'mine' }).id;
  await addText(lab);
  const { id } = newRun(lab, 3, { experiment });
  await lab.close();
  const sqlite = (await import('better-sqlite3')).default;
  const database = sqlite(join(home, 'lab.sqlite'));
  database.prepare('UPDATE run SET id = ? WHERE id = ?').run(runs[0], id);
  database.close();
  ({ lab } = openPretended(home));
  const imported = await lab.imports.bundle(bundle);
  expect(imported.mapped).toMatchObject([{ from: runs[0] }]);
  const { to } = imported.mapped[0]!;
  expect(lab.store.runs.get(runs[2]!).parent!.run).toBe(to);
  expect(lab.store.studies.list()[0]).toMatchObject({ run: to, request: { run: to } });
  expect(lab.store.runs.get(runs[0]!).name).toBe('run');
  expect(lab.store.metrics.last(to)).toMatchObject({ step: 6 });
  expect(await lab.imports.bundle(bundle)).toMatchObject({
    runs: [],
    studies: [],
    known: expect.arrayContaining([to]),
  });
});

interface Item {
  name: string;
  data: Buffer;
  mode?: number;
}

const items = async (): Promise<Item[]> => [...(await entriesOf(bundle))].map(([name, data]) => ({ name, data }));

async function zipped(list: readonly Item[], name = 'hostile.zip'): Promise<string> {
  const zip = new ZipFile();
  for (const { name, data, mode = 0o100644 } of list) zip.addBuffer(data, name, { mode });
  zip.end();
  const file = join(home, name);
  await pipeline(zip.outputStream, createWriteStream(file));
  return file;
}

const changedManifest = (list: Item[], change: (manifest: BundleManifest) => void): Item[] =>
  list.map((item) => {
    if (item.name !== manifestPath) return item;
    const manifest = JSON.parse(item.data.toString()) as BundleManifest;
    change(manifest);
    return { ...item, data: Buffer.from(JSON.stringify(manifest)) };
  });

/** Replaces a file and says so in the manifest: what only its own content can give away. */
function forged(list: Item[], path: (name: string) => boolean, change: (text: string) => string | Buffer): Item[] {
  const changed = list.map((item) =>
    path(item.name) ? { ...item, data: Buffer.from(change(item.data.toString()) as string) } : item,
  );
  return changedManifest(changed, (manifest) => {
    for (const file of manifest.files) {
      const { data } = changed.find(({ name }) => name === file.path)!;
      file.bytes = data.length;
      file.sha256 = sha256(data);
    }
  });
}

const renamed = (zip: Buffer, from: string, to: string): Buffer => {
  expect(to).toHaveLength(from.length);
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
};

const isRun = (name: string) => name === `runs/${runs[0]}/run.json`;

const hostile: [string, (list: Item[]) => Promise<string> | string, RegExp][] = [
  ['one that is cut off', () => write(readFileSync(bundle).subarray(0, -200)), /no zip file that can be read/],
  ['a zip file of something else', () => zipped([{ name: 'a.txt', data: Buffer.from('a') }]), /holds no manifest.json/],
  ['a way upwards', () => write(renamed(readFileSync(bundle), 'report.html', '../port.htm')), /no plain path|damaged/],
  [
    'an absolute name',
    () => write(renamed(readFileSync(bundle), 'report.html', '/eport.html')),
    /no plain path|damaged/,
  ],
  ['a backslash', () => write(renamed(readFileSync(bundle), 'report.html', 'a\\port.html')), /no plain path|damaged/],
  [
    'a link',
    (list) => zipped(list.map((item) => (item.name === 'report.html' ? { ...item, mode: 0o120777 } : item))),
    /is a link/,
  ],
  ['a name twice', (list) => zipped([...list, list[0]!]), /"report.html" twice/],
  [
    'names that differ in case',
    (list) => zipped([...list, { ...list[0]!, name: 'Report.html' }]),
    /differ in case alone/,
  ],
  ['a file too many', (list) => zipped([...list, { name: 'more.bin', data: Buffer.alloc(3) }]), /does not name/],
  ['a file too few', (list) => zipped(list.slice(1)), /does not hold the file "report.html"/],
  [
    'another content of the same length',
    (list) =>
      zipped(list.map((item) => (isRun(item.name) ? { ...item, data: Buffer.from(item.data).fill(32, 0, 1) } : item))),
    /does not have the hash/,
  ],
  [
    'a newer format',
    (list) => zipped(changedManifest(list, (manifest) => void Object.assign(manifest, { version: 2 }))),
    /of format 2/,
  ],
  [
    'a manifest that is none',
    (list) => zipped(list.map((item) => (item.name === manifestPath ? { ...item, data: Buffer.from('{') } : item))),
    /no JSON/,
  ],
  [
    'a bomb',
    (list) => zipped([...list, { name: 'zeros', data: Buffer.alloc(20 * 2 ** 20) }]),
    /as no file of a lab does/,
  ],
  [
    'a configuration that does not hold',
    (list) => zipped(forged(list, isRun, (text) => text.replace(/"layers":\d+/, '"layers":-1'))),
    /run.json does not hold.*layers/,
  ],
  ...([null, { step: 2 }, { step: 2, layers: 1e9, experts: 1e9 }] as const).map((result): (typeof hostile)[number] => [
    `a result of a study that is ${JSON.stringify(result)}`,
    (list) =>
      zipped(
        forged(
          list,
          (name) => name.endsWith('part-0000.message'),
          () => Buffer.from(encode(result)),
        ),
      ),
    /part-0000.message does not hold: it is (no result|not of a model)/,
  ]),
  [
    'a corpus that leads elsewhere',
    (list) =>
      zipped(forged(list, isRun, (text) => text.replace(/"corpusHash":"[^"]*"/, '"corpusHash":"../../elsewhere"'))),
    /run.json does not hold: corpusHash: a hash/,
  ],
  [
    'steps that are no numbers',
    (list) =>
      zipped(
        forged(
          list,
          (name) => /segment-\d+\.csv$/.test(name),
          (text) => text.replace(/\n2,[^,]*,/, '\n2,what,'),
        ),
      ),
    /line 3 has no number/,
  ],
  [
    'a fork before its parent',
    (list) =>
      zipped(forged(list, isRun, (text) => text.replace('"parent":null', `"parent":{"run":"nowhere","step":1}`))),
    /goes on from the run nowhere/,
  ],
  [
    'a run that goes on from another one time and again',
    (list) => {
      const again = forged(
        list,
        (name) => name === `runs/${runs[1]}/segments.json`,
        (text) => {
          const [segment] = JSON.parse(text) as { id: number }[];
          const parent = { run: runs[0], step: 6 };
          return JSON.stringify([0, 1000].map((more) => ({ ...segment, id: segment!.id + more, parent })));
        },
      );
      return zipped(
        changedManifest(again, (manifest) => {
          const { segments } = manifest.runs.find(({ id }) => id === runs[1])!;
          segments.push(segments[0]! + 1000);
        }),
      );
    },
    /more than one segment goes on from another run/,
  ],
  [
    'a checkpoint of other hashes',
    (list) =>
      zipped(
        forged(
          list,
          (name) => /checkpoints\/step/.test(name),
          (text) => `${text} `,
        ),
      ),
    /not the one whose files are here/,
  ],
];

const write = (bytes: Uint8Array): string => {
  const file = join(home, 'hostile.zip');
  writeFileSync(file, bytes);
  return file;
};

const untouched = () => {
  const { store } = lab;
  expect(store.experiments.list({ removed: true })).toEqual([]);
  expect(store.runs.list({ removed: true })).toEqual([]);
  expect(store.corpora.list()).toEqual([]);
  expect(readdirSync(store.paths.checkpoints)).toEqual([]);
  expect(readdirSync(store.paths.corpora)).toEqual([]);
};

test.each(hostile)('%s is refused with a sentence, and nothing is changed', async (_, make, sentence) => {
  const file = await make(await items());
  const error = await lab.imports.bundle(file).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LabError);
  expect(error).toMatchObject({
    code: 'request',
    message: expect.stringMatching(sentence),
    remedy: expect.any(String),
  });
  untouched();
});

test('a count of a million files is refused before any is looked at', async () => {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(0xffff, 8);
  end.writeUInt16LE(0xffff, 10);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeUInt32LE(1, 16);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(1_000_000n, 24);
  end64.writeBigUInt64LE(1_000_000n, 32);
  const file = write(Buffer.concat([end64, locator, end]));
  await expect(lab.imports.bundle(file)).rejects.toThrow(/says that it holds 1000000 files/);
  untouched();
});

test('what lies in the way of a checkpoint and belongs to no run gives way', async () => {
  const own = openStoreReadOnly(source);
  const [checkpoint] = own.checkpoints.list(runs[0]!);
  own.close();
  const there = join(lab.store.paths.checkpoints, runs[0]!, basename(checkpoint!.folder));
  mkdirSync(there, { recursive: true });
  writeFileSync(join(there, 'old'), 'old');
  await lab.imports.bundle(bundle);
  expect(existsSync(join(there, 'old'))).toBe(false);
});

test('any damaged bundle is refused or read, never half', async () => {
  const whole = readFileSync(bundle);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const error = await lab.imports.bundle(write(bytes)).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        if (error === null) return;
        expect(error).toBeInstanceOf(LabError);
        expect((error as LabError).code).toBe('request');
      },
    ),
    { numRuns: 50 },
  );
  expect(readdirSync(lab.store.paths.corpora)).toEqual([]);
  expect([0, 3]).toContain(lab.store.runs.list({ removed: true }).length);
});
