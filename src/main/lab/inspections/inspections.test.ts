import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Inspected, nothingInspected, withEvent } from '../../../shared/inspected.ts';
import { nodeWorkers, readerFile } from '../../compute/index.ts';
import { addText, newRun, openPretended, temporaryHome } from '../pretended-lab.testing.ts';
import { type Inspections, inspectionsOver } from './index.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', '..', 'test', 'fixtures', 'checkpoints');

let place: ReturnType<typeof temporaryHome>;
let inspections: Inspections;
beforeEach(() => {
  place = temporaryHome();
  inspections = inspectionsOver({
    launch: nodeWorkers(),
    launchReader: nodeWorkers(readerFile()),
    recentFile: join(place.home, 'inspected.json'),
  });
});
afterEach(async () => {
  await inspections.end();
  place.remove();
});

/** Everything that is told, to the end. */
async function read(...paths: string[]): Promise<Inspected> {
  const id = inspections.open(paths);
  let inspected = nothingInspected;
  for (;;) {
    const { events, ended } = await inspections.next(id);
    inspected = events.reduce(withEvent, inspected);
    if (ended) return inspected;
  }
}

describe('models', () => {
  test('one is told from its outline to its health', async () => {
    const found = await read(join(fixtures, 'olmoe'));
    expect(found).toMatchObject({ done: true, recognition: { family: 'olmoe' }, checkpoint: null, difference: null });
    expect([found.routers.length, found.experts.length]).toEqual([2, 2]);
    expect(found.routers[0]!.gram[0]).toBeInstanceOf(Float64Array);
    expect(found.health.length).toBeGreaterThan(4);
  });

  test('two are compared, three are refused', async () => {
    const [olmoe, mixtral, ernie] = ['olmoe', 'mixtral', 'ernie'].map((name) => join(fixtures, name));
    expect((await read(olmoe!, mixtral!)).difference?.matchings).toHaveLength(2);
    await expect(read(olmoe!, mixtral!, ernie!)).rejects.toThrow(
      '3 models were handed over; two at most are compared.',
    );
  });

  test('what is refused says so after all that could be told, and others are read', async () => {
    const file = join(place.home, 'broken.safetensors');
    writeFileSync(file, new Uint8Array(40).fill(255));
    await expect(read(file)).rejects.toMatchObject({ code: 'checkpoint' });
    await expect(read(join(place.home, 'absent'))).rejects.toMatchObject({ code: 'checkpoint' });
    expect(() => inspections.open(['relative/path'])).toThrow('"relative/path" is not a full path.');
    expect((await read(join(fixtures, 'mixtral'))).done).toBe(true);
  });

  test('one tensor is read on demand, and a wrong name is told', async () => {
    const paths = [join(fixtures, 'olmoe')];
    const statistics = await inspections.tensor(paths, 'model.layers.0.mlp.gate.weight');
    expect(statistics).toMatchObject({ elements: 64, nan: 0 });
    await expect(inspections.tensor(paths, 'no such tensor')).rejects.toMatchObject({ code: 'checkpoint' });
  });

  test('given up, its process ends, and what is over cannot be asked for', async () => {
    const id = inspections.open([join(fixtures, 'deepseek-v3')]);
    const work = new AbortController();
    const waiting = inspections.next(id, work.signal);
    work.abort();
    await waiting;
    await expect(inspections.next(id)).rejects.toThrow('This inspection is over.');
  });

  test('no more than eight are read at once', () => {
    for (let index = 0; index < 8; index += 1) inspections.open([join(fixtures, 'olmoe')]);
    expect(() => inspections.open([join(fixtures, 'olmoe')])).toThrow('8 files are being read already.');
  });
});

describe('the list of recent ones', () => {
  test('has what was opened, the newest first, and nothing twice', async () => {
    const [olmoe, mixtral] = [join(fixtures, 'olmoe'), join(fixtures, 'mixtral')];
    for (const paths of [[olmoe], [mixtral], [olmoe]]) await read(...paths);
    expect(inspections.recent().map(({ paths, what }) => [paths, what])).toEqual([
      [[olmoe], 'OLMoE'],
      [[mixtral], 'Mixtral'],
    ]);
  });

  test('is empty where its file is anything else', () => {
    writeFileSync(join(place.home, 'inspected.json'), '[{"paths": "x"}]');
    expect(inspections.recent()).toEqual([]);
  });

  test('leaves uploads out, which are gone when the lab closes', async () => {
    const data = new Uint8Array(readFileSync(join(fixtures, 'olmoe', 'model.safetensors')));
    const piece = (from: number, to?: number) =>
      inspections.upload({ batch: 'a1', name: 'model.safetensors', data: data.subarray(from, to) });
    piece(0, 10_000);
    const path = piece(10_000);
    expect((await read(path)).recognition!.family).toBe('olmoe');
    expect(inspections.recent()).toEqual([]);
    await inspections.end();
    expect(existsSync(path)).toBe(false);
  });

  test.each(['../up.safetensors', 'a/b.safetensors', '.hidden.json', 'run.sh', 'a\\b.json'])(
    'an upload called %j is refused',
    (name) => {
      expect(() => inspections.upload({ batch: 'a1', name, data: new Uint8Array(1) })).toThrow(
        'is no file of a checkpoint',
      );
    },
  );
});

describe('the store of a lab', () => {
  let other: ReturnType<typeof temporaryHome>;
  beforeEach(async () => {
    other = temporaryHome();
    const { lab } = openPretended(other.home);
    await addText(lab);
    const run = newRun(lab, 20, { name: '=a "run"' });
    lab.start(run.id);
    await lab.ended(run.id);
    await lab.close();
  });
  afterEach(() => other.remove());

  const state = () =>
    readdirSync(other.home)
      .filter((name) => name.startsWith('lab.'))
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(other.home, name)))
          .digest('hex'),
      ]);

  test('lists its runs with their checkpoints, and every file stays byte for byte what it was', async () => {
    const before = state();
    for (const path of [other.home, join(other.home, 'lab.sqlite')]) {
      const { store } = await read(path);
      expect(store).toMatchObject({ runCount: 1, experiments: 1, runs: [{ name: '=a "run"', status: 'completed' }] });
      expect(store!.runs[0]!.checkpoints.map(({ step, present }) => [step, present])).toEqual([
        [10, true],
        [20, true],
      ]);
      expect(store!.runs[0]!.checkpoints[0]!.folder.startsWith(join(other.home, 'checkpoints'))).toBe(true);
    }
    expect(state()).toEqual(before);
    expect(inspections.recent()[0]!.what).toBe('a store of one run');
  });

  test('one that is cut short, foreign or a link to nothing is refused, by its own path', async () => {
    const bytes = readFileSync(join(other.home, 'lab.sqlite'));
    const home = join(place.home, 'broken');
    mkdirSync(home);
    const file = join(home, 'lab.sqlite');
    writeFileSync(file, bytes.subarray(0, bytes.length - 2000));
    await expect(read(home)).rejects.toThrow(file);
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 7)]));
    await expect(read(file)).rejects.toMatchObject({ code: 'store', field: file });
    copyFileSync(join(other.home, 'lab.sqlite'), file);
    symlinkSync('/nowhere', `${file}-journal`);
    expect((await read(home)).store!.runCount).toBe(1);
  });

  test('is opened alone', () => {
    expect(() => inspections.open([other.home, join(fixtures, 'olmoe')])).toThrow('is opened alone');
  });

  test('a copy of a home elsewhere has its checkpoints where they lie now', async () => {
    const moved = join(place.home, 'moved');
    cpSync(other.home, moved, { recursive: true });
    const { store } = await read(moved);
    expect(store!.runs[0]!.checkpoints.every(({ folder, present }) => present && folder.startsWith(moved))).toBe(true);
  });
});
