// A bundle: everything of the runs is in it, each file is what the manifest says, and a manifest that is not is refused.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BundleManifest, bundlePaths, parseManifest } from '../../../shared/bundle.ts';
import { decode } from '../../../shared/wire.ts';
import type { Store } from '../../store/index.ts';
import { fromText } from '../../store/plain-text.ts';
import { writeBundle } from './bundle.ts';
import { addCheckpoint, addDiverged, addPruning, exampleHome } from './example-home.testing.ts';
import { readZip } from './zip.testing.ts';

let folder: string;
let store: Store;
let runs: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-bundle-'));
  ({ store, runs } = exampleHome(join(folder, 'home'), { seeds: [0] }));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function bundle(asked: readonly string[], checkpoints: 'last' | 'all' | 'none' = 'last') {
  const file = join(folder, 'bundle.zip');
  const made = new Date('2026-11-22T20:00:00Z');
  await writeBundle(store, asked, file, {
    title: 'A title',
    made,
    lab: '1.0.0',
    checkpoints,
    reportHtml: '<p>report</p>',
  });
  const entries = await readZip(file);
  const manifest = parseManifest(JSON.parse(entries.at(-1)!.data.toString('utf8')));
  const read = (path: string) => entries.find((entry) => entry.path === path)!.data;
  return { entries, manifest, read };
}

test('every file has the bytes and the hash of the manifest', async () => {
  addCheckpoint(store, runs[0]!, 20);
  addCheckpoint(store, runs[0]!, 40);
  const { entries, manifest } = await bundle(runs, 'all');
  expect(entries.map(({ path }) => path)).toEqual([...manifest.files.map(({ path }) => path), 'manifest.json']);
  for (const { path, bytes, sha256 } of manifest.files) {
    const { data } = entries.find((entry) => entry.path === path)!;
    expect([data.length, createHash('sha256').update(data).digest('hex')]).toEqual([bytes, sha256]);
  }
  expect(manifest.runs[0]).toMatchObject({ id: runs[0], asked: true, parent: null, checkpoints: [20, 40] });
});

test('the last checkpoint, or none', async () => {
  addCheckpoint(store, runs[0]!, 20);
  addCheckpoint(store, runs[0]!, 40);
  expect((await bundle(runs)).manifest.runs.map(({ checkpoints }) => checkpoints)).toEqual([[40], []]);
  expect((await bundle(runs, 'none')).manifest.files.some(({ path }) => path.includes('safetensors'))).toBe(false);
});

test('steps come by segment with all digits, done again or not', async () => {
  const run = addDiverged(store, runs[0]!);
  const { read } = await bundle([run]);
  const segments = store.segments.list(run);
  const [first, second] = segments.map(({ id }) =>
    read(bundlePaths.segment(run, id)).toString('utf8').trimEnd().split('\n'),
  );
  expect(first!.map((line) => line.split(',')[0])).toEqual(['step', '1', '2', '3', '4', '5', '6']);
  expect(second).toHaveLength(2);
  const columns = second![0]!.split(',');
  expect(columns).toContain('terms.simbal');
  expect(second![1]!.split(',')[columns.indexOf('crossEntropy')]).toBe('NaN');
  const evaluations = fromText<{ evaluation: { loss: number } }[]>(read(bundlePaths.evaluations(run)).toString('utf8'));
  expect(evaluations.map(({ evaluation }) => evaluation.loss).filter(Number.isNaN)).toHaveLength(1);
});

test('a fork brings its parent along, and a study its parts', async () => {
  const parent = store.runs.get(runs[0]!);
  const fork = store.runs.create({ ...parent, name: 'fork', parent: { run: parent.id, step: 40 } });
  addPruning(store, parent.id);
  const { manifest, read } = await bundle([fork.id]);
  expect(manifest.runs.map(({ id, asked }) => [id, asked])).toEqual([
    [parent.id, false],
    [fork.id, true],
  ]);
  const [study] = manifest.studies;
  expect(study).toMatchObject({ run: parent.id, parts: 5 });
  expect(JSON.parse(read(bundlePaths.parts(study!.id)).toString('utf8'))).toContain('drop-top 1');
  expect(decode(read(bundlePaths.part(study!.id, 0)))).toMatchObject({ blocks: expect.any(Float64Array) });
});

test('nothing of the machine is in it', async () => {
  const { entries } = await bundle(runs);
  for (const { data } of entries) expect(data.toString('latin1')).not.toContain('/home/somebody');
});

test('a checkpoint that changed is refused', async () => {
  addCheckpoint(store, runs[0]!, 40);
  writeFileSync(join(store.checkpoints.list(runs[0]!)[0]!.folder, 'model.safetensors'), 'something else');
  await expect(bundle(runs)).rejects.toMatchObject({
    code: 'checkpoint',
    message: expect.stringMatching('its hash differs'),
  });
});

test('manifests that are none', async () => {
  const { manifest } = await bundle(runs);
  const refused = (change: Partial<Record<keyof BundleManifest, unknown>>) => () =>
    parseManifest({ ...manifest, ...change });
  expect(refused({})).not.toThrow();
  expect(refused({ version: 2 })).toThrow('This bundle is of format 2; this lab reads format 1.');
  expect(refused({ format: 'zip' })).toThrow('This is no bundle of the lab: format');
  const [file] = manifest.files;
  for (const path of ['../x', '/x', 'a/../b', 'a//b', '.x', 'a\\b', 'C:x', 'a/', '', 'ä']) {
    expect(refused({ files: [{ ...file, path }] }), path).toThrow('This is no bundle');
  }
  expect(refused({ files: [file, { ...file, path: file!.path.toUpperCase() }] })).toThrow('twice');
  expect(() => parseManifest(null)).toThrow('This is no bundle');
});
