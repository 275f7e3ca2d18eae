// What the store cannot take now: it comes later, in order, the newest of each alone.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { LateWrites } from './late-writes.ts';

let writable: boolean;
let written: string[];
let late: LateWrites;

beforeEach(() => {
  vi.useFakeTimers();
  [writable, written] = [true, []];
  late = new LateWrites(100);
});
afterEach(() => {
  vi.useRealTimers();
});

const write = (key: string, what: string) =>
  late.write(key, () => {
    if (!writable) throw new LabError('store', 'It is locked.', { value: 'SQLITE_BUSY' });
    written.push(what);
  });

test('what can be written is written at once', () => {
  expect(write('a', 'a')).toBe(true);
  expect(written).toEqual(['a']);
});

test('nothing overtakes what waits, and of one key the newest alone is written, in its own place', () => {
  writable = false;
  write('a', 'old');
  write('b', 'b');
  write('a', 'new');
  writable = true;
  expect(write('c', 'c')).toBe(false);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(written).toEqual(['b', 'new', 'c']);
  expect(write('d', 'd')).toBe(true);
});

test('it is given again for as long as it takes, and a last time at the end', () => {
  writable = false;
  write('a', 'a');
  write('b', 'b');
  vi.advanceTimersByTime(1000);
  expect(() => late.settle()).toThrow('It is locked.');
  late.close();
  expect(vi.getTimerCount()).toBe(0);
  writable = true;
  late.close();
  expect(written).toEqual(['a', 'b']);
});

test('what waiting does not help is thrown at once, and keeps nothing else back when it comes to that later', () => {
  const gone = () => {
    throw new LabError('not-found', 'There is no such run.');
  };
  expect(() => late.write('a', gone)).toThrow('no such run');
  writable = false;
  write('b', 'b');
  late.write('c', gone);
  write('d', 'd');
  writable = true;
  late.settle();
  expect(written).toEqual(['b', 'd']);
});
