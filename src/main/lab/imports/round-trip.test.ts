// Whatever a lab can have written goes out in a bundle, comes into another lab, and goes out again as the same.
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../../../test/fuzzing.ts';
import type { BundleManifest } from '../../../shared/bundle.ts';
import { openStore, type Store } from '../../store/index.ts';
import { fromText } from '../../store/plain-text.ts';
import { temporaryHome } from '../pretended-lab.testing.ts';
import { writeBundle } from '../report/bundle.ts';
import { entriesOf } from './bundle-entries.testing.ts';
import { importBundle } from './bundle-import.ts';
import { fill, randomExperiments } from './random-store.testing.ts';
import { readerInProcess } from './reader.testing.ts';

const made = new Date('2026-02-03T04:05:06Z');
const options = { title: 'Theirs', made, lab: '1.0.0', checkpoints: 'all', reportHtml: '<p>' } as const;

type Json = Record<string, unknown>;

/** Without what an import says of itself and without what belongs to one lab: ids of segments, the queue, hashes of questions. */
async function comparable(file: string): Promise<Map<string, unknown>> {
  const entries = await entriesOf(file);
  const files = new Map([...entries].map(([name, bytes]) => [name, bytes.toString('latin1')]));
  const manifest = JSON.parse(files.get('manifest.json')!) as BundleManifest;
  const order = manifest.runs.flatMap(({ segments }) => segments).sort((a, b) => a - b);
  const placed = (id: number) => order.indexOf(id);
  const without = (row: Json, ...keys: string[]): Json =>
    Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)));
  const read = (text: string) => fromText<Json & Json[]>(Buffer.from(text, 'latin1').toString('utf8'));
  const change = (name: string, text: string): [string, unknown] => {
    const segment = /^(.*\/segment-)(\d+)(\.csv)$/.exec(name);
    if (segment) return [`${segment[1]}${placed(Number(segment[2]))}${segment[3]}`, text];
    if (name === 'manifest.json') return [name, manifest.runs.map(({ segments: _, ...run }) => run)];
    if (name.endsWith('/run.json')) return [name, without(read(text), 'status', 'message', 'queuePosition')];
    if (name.endsWith('/study.json')) return [name, without(read(text), 'hash', 'queuePosition')];
    if (name.endsWith('/segments.json'))
      return [name, read(text).map((row) => ({ ...row, id: placed(row.id as number) }))];
    if (name.endsWith('/evaluations.json') || name.endsWith('/checkpoints.json')) {
      return [name, read(text).map((row) => ({ ...without(row, 'id'), segment: placed(row.segment as number) }))];
    }
    if (name.endsWith('/events.json')) {
      return [name, read(text).flatMap((row) => (row.kind === 'imported' ? [] : [without(row, 'id')]))];
    }
    return [name, text];
  };
  return new Map([...files].map(([name, text]) => change(name, text)));
}

async function takenIn(store: Store, file: string) {
  return importBundle(file, { store, launchReader: readerInProcess, emit: () => {}, track: () => {} });
}

test('a bundle of what was imported is the bundle that was imported', async () => {
  await fc.assert(
    fc.asyncProperty(randomExperiments, async (experiments) => {
      const [theirs, ours] = [temporaryHome(), temporaryHome()];
      const [from, to] = [openStore(theirs.home), openStore(ours.home)];
      try {
        const runs = fill(from, experiments);
        const [first, second] = [join(theirs.home, 'one.zip'), join(ours.home, 'two.zip')];
        await writeBundle(from, runs, first, options);
        expect((await takenIn(to, first)).runs).toEqual(runs);
        await writeBundle(to, runs, second, options);
        expect(await comparable(second)).toEqual(await comparable(first));
        expect(await takenIn(to, first)).toMatchObject({ runs: [], studies: [], experiments: [] });
      } finally {
        for (const store of [from, to]) store.close();
        for (const { remove } of [theirs, ours]) remove();
      }
    }),
    fuzzing(12),
  );
});
