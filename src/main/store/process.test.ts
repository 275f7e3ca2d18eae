// The store between processes: kill -9, a second instance, a reader beside a writer.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, openStoreReadOnly } from './index.ts';
import { failure, sampleRun, temporaryHome } from './sample-data.ts';

let home: string;
let remove: () => void;
const children: Process[] = [];

beforeEach(() => {
  ({ home, remove } = temporaryHome());
});

afterEach(async () => {
  await Promise.all(children.splice(0).map(({ kill }) => kill()));
  remove();
});

interface Process {
  child: ChildProcess;
  lines: string[];
  /** Resolves when this many lines were said, or it ended. */
  said(count: number): Promise<void>;
  kill(): Promise<void>;
}

function start(command: 'open' | 'append' | 'open as nobody'): Process {
  const script = join(import.meta.dirname, 'test-process.ts');
  const child = spawn(process.execPath, ['--experimental-strip-types', '--no-warnings', script, command, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let rest = '';
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    lines.push(...parts);
    child.emit('said');
  });
  const one: Process = {
    child,
    lines,
    said: async (count) => {
      while (lines.length < count && child.exitCode === null && child.signalCode === null) {
        await Promise.race([once(child, 'said'), ended]);
      }
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
  children.push(one);
  return one;
}

const acknowledged = (lines: string[], kind: string) =>
  lines.findLast((line) => line.startsWith(`${kind} `))?.slice(kind.length + 1);

test('kill -9 at any moment loses nothing that was acknowledged, and leaves nobody running', async () => {
  let before = 0;
  for (let kills = 0; kills < 5; kills++) {
    const writer = start('append');
    await writer.said(2 + Math.floor(Math.random() * 60));
    await writer.kill();
    const store = openStore(home);
    const run = store.runs.list()[0]!;
    const recovered = store.recover();
    const step = Number(acknowledged(writer.lines, 'steps') ?? before);
    expect(recovered).toMatchObject([{ run: run.id }]);
    expect(store.runs.get(run.id).status).toBe('paused');
    expect(store.segments.list(run.id).every(({ ended }) => ended !== null)).toBe(true);
    const last = store.metrics.last(run.id)?.step ?? 0;
    expect(last).toBeGreaterThanOrEqual(step);
    for (const name of store.metrics.names(run.id)) {
      const series = store.metrics.series(run.id, name);
      expect(series.kind === 'points' && series.points.map((point) => point.step)).toEqual(
        Array.from({ length: last }, (_, index) => index + 1),
      );
    }
    const checkpoint = Number(acknowledged(writer.lines, 'checkpoint') ?? 0);
    expect(store.checkpoints.newest(run.id)?.step ?? 0).toBeGreaterThanOrEqual(checkpoint);
    expect(store.evaluations.list(run.id).at(-1)?.evaluation.step ?? 0).toBeGreaterThanOrEqual(checkpoint);
    before = last;
    store.close();
  }
  expect(before).toBeGreaterThan(0);
});

test('kill -9 while the lab is being created leaves a home that opens', async () => {
  const root = home;
  for (let kills = 0; kills < 5; kills++) {
    home = join(root, String(kills));
    const creator = start('open');
    // Somewhere between the first byte of the lock and the last folder.
    while (!existsSync(join(home, 'lab.lock')) && creator.child.exitCode === null) await setImmediate();
    await setTimeout(Math.random() * 60);
    await creator.kill();
    const store = openStore(home);
    expect(store.runs.get(sampleRun(store).id).status).toBe('queued');
    store.close();
  }
});

test('of several that open one home at once, one gets it and the others are told its process', async () => {
  const all = [start('open'), start('open'), start('open')];
  await Promise.all(all.map(({ said }) => said(1)));
  const winners = all.filter(({ lines }) => lines[0] === 'open');
  expect(winners).toHaveLength(1);
  const owner = String(winners[0]!.child.pid);
  for (const { lines } of all.filter((each) => each !== winners[0])) {
    expect(lines[0]).toMatch(/^refused /);
    expect(JSON.parse(lines[0]!.slice('refused '.length))).toMatchObject({ code: 'store', value: owner });
  }
  const refusal = failure(() => openStore(home));
  expect(refusal).toMatchObject({ code: 'store', value: owner, message: expect.stringContaining(`process ${owner}`) });
  await winners[0]!.kill();
  openStore(home).close();
});

test('one process opens a home once at a time', () => {
  const store = openStore(home);
  expect(failure(() => openStore(home))).toMatchObject({ code: 'store', value: String(process.pid) });
  store.close();
  openStore(home).close();
});

test('a reader sees whole batches and a growing run while another process writes', async () => {
  const writer = start('append');
  await writer.said(4);
  const store = openStoreReadOnly(home);
  const run = store.runs.list()[0]!;
  const seen: number[] = [];
  for (let look = 0; look < 20; look++) {
    await writer.said(writer.lines.length + 2);
    const series = store.metrics.series(run.id, 'loss');
    const count = series.kind === 'points' ? series.points.length : 0;
    expect(series.kind === 'points' && series.points.at(-1)?.step).toBe(count);
    expect(count).toBeGreaterThanOrEqual(seen.at(-1) ?? 0);
    seen.push(count);
  }
  expect(seen.at(-1)).toBeGreaterThan(seen[0]!);
  store.close();
});

test('a folder that cannot be written is refused by name', async () => {
  const existing = join(home, 'existing');
  const empty = join(home, 'empty');
  openStore(existing).close();
  mkdirSync(empty);
  chmodSync(home, 0o755);
  // The superuser may write everywhere, so that the other process gives that right up.
  const command = process.getuid?.() === 0 ? 'open as nobody' : 'open';
  for (const folder of [existing, empty]) {
    chmodSync(folder, 0o555);
    home = folder;
    const opener = start(command);
    await opener.said(1);
    chmodSync(folder, 0o755);
    expect(opener.lines[0]).toMatch(/^refused .*"store".*lab\.lock/);
  }
});
