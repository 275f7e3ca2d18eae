// Bundles that hold together but for one thing that somebody changed: refused with a reason, the store's rows the same; or taken in
// whole, and then everything that is made of runs can be made of these.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { fuzzing } from '../../../../test/fuzzing.ts';
import { type BundleManifest, manifestPath } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import { Summaries } from '../../lab-api/summaries.ts';
import { openStore, type Store } from '../../store/index.ts';
import { compare } from '../comparison/compare.ts';
import { temporaryHome } from '../pretended-lab.testing.ts';
import { writeBundle } from '../report/bundle.ts';
import { readSource } from '../report/source.ts';
import { studyTables } from '../studies/tables/index.ts';
import { entriesOf } from './bundle-entries.testing.ts';
import { discardUnseen, importBundle } from './bundle-import.ts';
import { fill, randomExperiments } from './random-store.testing.ts';
import { readerInProcess } from './reader.testing.ts';
import { rowsOf } from './store-rows.testing.ts';

let theirs: ReturnType<typeof temporaryHome>;
let entries: Map<string, Buffer>;
const options = { title: 'Theirs', made: new Date(), lab: '1.0.0', checkpoints: 'all', reportHtml: '<p>' } as const;

beforeAll(async () => {
  theirs = temporaryHome();
  const store = openStore(theirs.home);
  const [experiments] = fc.sample(randomExperiments, { seed: 3, numRuns: 1 });
  const rich = experiments!.map((one) => ({
    ...one,
    runs: one.runs.map((run) => ({ ...run, checkpoint: new Uint8Array(40), study: true })),
  }));
  const runs = fill(store, rich);
  const file = join(theirs.home, 'bundle.zip');
  await writeBundle(store, runs, file, options);
  store.close();
  entries = await entriesOf(file);
});
afterAll(() => theirs.remove());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function zipped(changed: ReadonlyMap<string, Buffer>, file: string): Promise<string> {
  const zip = new ZipFile();
  const manifest = JSON.parse(changed.get(manifestPath)!.toString()) as BundleManifest;
  // What only its own content can give away: hashes and sizes are right.
  for (const one of Array.isArray(manifest.files) ? manifest.files : []) {
    const bytes = changed.get(one?.path);
    if (bytes) Object.assign(one, { bytes: bytes.length, sha256: sha256(bytes) });
  }
  for (const [name, bytes] of changed) {
    zip.addBuffer(name === manifestPath ? Buffer.from(JSON.stringify(manifest)) : bytes, name);
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return file;
}

const nasty = fc.constantFrom<unknown>(
  ...[null, true, -1, 0, 0.5, 1e308, 2 ** 53, 2 ** 53 + 2, '', 'x', '../../x', '__proto__', '\0', 'x'.repeat(300_000)],
  ...[[], {}, [[]], [null], { $number: 'NaN' }, { $number: 'Infinity' }, { __proto__: null, length: 7 }],
  ...['2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z', 'zzzzzzzzz', '000000000', { toString: 1 }],
);

/** One value somewhere in the data is another. */
function changed(data: unknown, choose: number, value: unknown): unknown {
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const walk = (item: unknown) => {
    if (typeof item !== 'object' || item === null || places.length > 20_000) return;
    for (const [key, inner] of Object.entries(item)) {
      places.push([item as Record<string, unknown>, key]);
      walk(inner);
    }
  };
  walk(data);
  const place = places[choose % Math.max(places.length, 1)];
  if (!place) return value;
  const [holder, key] = place;
  if (value === undefined) delete holder[key];
  else holder[key] = value;
  return data;
}

/** Everything that is shown of runs. */
async function everythingOf(store: Store, home: string): Promise<void> {
  const summaries = new Summaries(store);
  const runs = summaries.list().map(({ id }) => id);
  compare(store, runs.slice(0, 4), { resolution: 10 });
  readSource(store, runs.slice(0, 4), () => ({ again: [], limits: [] }));
  for (const { id, run, request } of store.studies.list()) {
    const parts = store.studies.parts(id).map(({ result }) => result);
    for (const { rows } of studyTables(request.kind, store.runs.get(run), parts as never)) Array.from(rows);
  }
  await writeBundle(store, runs, join(home, 'again.zip'), options);
}

async function refusedOrWhole(change: (entries: Map<string, Buffer>) => void): Promise<'refused' | 'whole'> {
  const ours = temporaryHome();
  const store = openStore(ours.home);
  try {
    const before = rowsOf(ours.home);
    const all = new Map(entries);
    change(all);
    const file = await zipped(all, join(ours.home, 'changed.zip'));
    const context = { store, launchReader: readerInProcess, emit: () => {}, track: () => {} };
    const error = await importBundle(file, context).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    await discardUnseen(store, new AbortController().signal);
    if (error !== null) {
      expect(error).toBeInstanceOf(LabError);
      expect(error).toMatchObject({ code: 'request', remedy: expect.any(String) });
      expect(rowsOf(ours.home)).toEqual(before);
      return 'refused';
    }
    await everythingOf(store, ours.home);
    return 'whole';
  } finally {
    store.close();
    ours.remove();
  }
}

test('one value of one file is another', async () => {
  const names = [...entries.keys()].filter((name) => name.endsWith('.json'));
  const seen = { refused: 0, whole: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(),
      fc.oneof(nasty, fc.jsonValue(), fc.constant(undefined)),
      async (name, choose, value) => {
        const outcome = await refusedOrWhole((all) => {
          const data = changed(JSON.parse(all.get(name)!.toString()), choose, value);
          all.set(name, Buffer.from(JSON.stringify(data) ?? ''));
        });
        seen[outcome] += 1;
      },
    ),
    fuzzing(16),
  );
  expect(seen.refused).toBeGreaterThan(0);
});

test('some text of one file is another', async () => {
  const names = [...entries.keys()].filter((name) => !name.endsWith('.html') && name !== manifestPath);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(),
      fc.nat(20),
      fc.oneof(fc.constantFrom('', '\0', '1e999', ',,,', '\n', '"', '{', '-0', '9'.repeat(400)), fc.string()),
      async (name, from, length, text) => {
        await refusedOrWhole((all) => {
          const bytes = all.get(name)!;
          const at = from % (bytes.length + 1);
          all.set(name, Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at + length)]));
        });
      },
    ),
    fuzzing(10),
  );
});
