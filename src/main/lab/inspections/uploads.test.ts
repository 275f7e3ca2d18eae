import fs, {
  existsSync,
  lutimesSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemTemporaryFolder, temporaryFolderAt } from './temporary-folder.ts';
import { Uploads } from './uploads.ts';

let parent: string;
let uploads: Uploads;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  parent = mkdtempSync(join(tmpdir(), 'simbal-uploads-'));
  uploads = new Uploads(temporaryFolderAt(join(parent, 'temporary')), { bytes: 10_000, patience: 1000 });
});
afterEach(() => {
  vi.useRealTimers();
  uploads.close();
  rmSync(parent, { recursive: true });
});

const add = (name: string, text: string, batch = 'a') => uploads.add({ batch, name, data: Buffer.from(text) });

test('pieces follow each other, empty ones take room too, and all of it goes', () => {
  add('config.json', '{');
  const path = add('config.json', '}');
  expect(readFileSync(path, 'utf8')).toBe('{}');
  expect(() => add('other.json', '')).toThrow(/no room for more/);
  uploads.close();
  expect(existsSync(dirname(path))).toBe(false);
});

test('the batch that nobody asked for the longest makes room, never one that is read', () => {
  const [first, second] = [add('a.json', 'a', 'a'), add('b.json', 'b', 'b')];
  uploads.read([first])();
  const third = add('c.json', 'c', 'c');
  expect([first, second, third].map((path) => existsSync(path))).toEqual([true, false, true]);
  const done = [uploads.read([first]), uploads.read([third])];
  expect(() => add('d.json', 'd', 'd')).toThrow(/no room for more/);
  for (const end of done) end();
  expect(existsSync(add('d.json', 'd', 'd'))).toBe(true);
});

test('what nobody asks for any more goes, what is being read stays', () => {
  const path = add('a.json', 'a');
  vi.advanceTimersByTime(900);
  const done = uploads.read([path]);
  vi.advanceTimersByTime(5000);
  expect(existsSync(path)).toBe(true);
  done();
  vi.advanceTimersByTime(900);
  expect(uploads.holds([path])).toBe(true);
  vi.advanceTimersByTime(200);
  expect([existsSync(path), uploads.holds([path])]).toEqual([false, false]);
});

test('what a lab that was killed has left goes when the next one opens', () => {
  const path = add('a.json', 'a');
  temporaryFolderAt(join(parent, 'temporary'));
  expect(existsSync(path)).toBe(false);
});

test('in the folder of the system, what was left long ago goes, and nothing of anybody else', () => {
  const [old, young] = [systemTemporaryFolder(parent).make(), systemTemporaryFolder(parent).make()];
  writeFileSync(join(parent, 'other'), '');
  for (const path of [old, join(parent, 'other')]) utimesSync(path, new Date(0), new Date(0));
  const mine = systemTemporaryFolder(parent);
  const third = mine.make();
  expect(readdirSync(parent).sort()).toEqual(
    ['other', young.slice(parent.length + 1), third.slice(parent.length + 1)].sort(),
  );
  mine.remove();
  expect(existsSync(third)).toBe(false);
});

test('what others left in the folder of the system keeps nobody from making a folder there', () => {
  const loop = join(parent, 'simbal-read-loop');
  symlinkSync(loop, loop);
  lutimesSync(loop, new Date(0), new Date(0));
  expect(existsSync(systemTemporaryFolder(parent).make())).toBe(true);
});

test('what cannot be taken away ends neither a timer nor a close', () => {
  const path = add('a.json', 'a');
  const remove = vi.spyOn(fs, 'rmSync').mockImplementation(() => {
    throw new Error('EBUSY');
  });
  syncBuiltinESMExports();
  try {
    vi.advanceTimersByTime(2000);
    expect(uploads.holds([path])).toBe(false);
    expect(remove).toHaveBeenCalled();
  } finally {
    remove.mockRestore();
    syncBuiltinESMExports();
  }
});
