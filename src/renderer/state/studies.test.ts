import { beforeEach, expect, test } from 'vitest';
import type { ApiEvent, StudyPart, StudyRow } from '../../shared/api.ts';
import type { Runs } from './runs.svelte.ts';
import { Studies } from './studies.svelte.ts';

const row = (id: string, more: Partial<StudyRow> = {}): StudyRow => ({
  id,
  run: 'a',
  request: { kind: 'geometry', run: 'a', steps: [10], tokens: 64 },
  hash: id,
  status: 'running',
  message: null,
  queuePosition: null,
  provenance: null,
  done: 0,
  total: null,
  created: '',
  changed: '',
  ...more,
});
const part = (key: string, result: unknown = key): StudyPart => ({ key, result });

let stored: StudyRow[];
let parts: () => Promise<StudyPart[]>;
let studies: Studies;

beforeEach(() => {
  stored = [row('1'), row('2', { status: 'completed' })];
  parts = async () => [part('step 1')];
  const api = {
    list: async () => stored,
    parts: () => parts(),
    start: async () => row('3'),
    stop: async () => row('1', { status: 'stopped' }),
    remove: async () => null,
  };
  studies = new Studies({ lab: { api: { studies: api } } } as unknown as Runs);
});

test('rows are the newest first, follow their events, and leave out other runs', async () => {
  await studies.show(['a']);
  expect(studies.loading).toEqual({ state: 'ready' });
  expect(studies.all.map(({ id }) => id)).toEqual(['2', '1']);
  studies.take({ type: 'study-progress', study: '1', phase: 'reading', done: 1, total: 4 });
  expect(studies.progress('1')).toEqual({ phase: 'reading', done: 1, total: 4 });
  studies.take({ type: 'study', study: row('1', { status: 'completed', done: 1 }) });
  studies.take({ type: 'study', study: row('9', { run: 'other' }) });
  expect(studies.study('1')).toMatchObject({ status: 'completed', done: 1 });
  expect([studies.progress('1'), studies.study('9')]).toEqual([null, undefined]);
  studies.take({ type: 'study-removed', study: '2' });
  expect(studies.of('a', 'geometry').map(({ id }) => id)).toEqual(['1']);
  expect(studies.of('a', 'lens')).toEqual([]);
});

test('parts come when they are asked for, and none that is told meanwhile is lost', async () => {
  await studies.show(['a']);
  const told = (key: string, result?: unknown): ApiEvent => ({
    type: 'study-part',
    study: '1',
    part: part(key, result),
  });
  studies.take(told('step 0'));
  expect(studies.parts('1')).toBeNull();
  const held = Promise.withResolvers<StudyPart[]>();
  parts = () => held.promise;
  const reading = studies.read('1');
  studies.take(told('step 2'));
  studies.take(told('step 1', 'again'));
  held.resolve([part('step 1')]);
  await reading;
  expect(studies.parts('1')).toEqual([part('step 1', 'again'), part('step 2')]);
  studies.take(told('step 3'));
  expect(studies.parts('1')).toHaveLength(3);
  parts = () => Promise.reject(new Error('gone'));
  await expect(studies.read('2')).rejects.toThrow('gone');
  expect(studies.parts('2')).toBeNull();
});

test('studies are started, stopped and removed; a failure to list them is told', async () => {
  await studies.show(['a']);
  expect(await studies.start(row('3').request)).toMatchObject({ id: '3' });
  expect(studies.all.map(({ id }) => id)).toEqual(['3', '2', '1']);
  await studies.stop('1');
  expect(studies.study('1')!.status).toBe('stopped');
  await studies.remove('1');
  expect(studies.study('1')).toBeUndefined();
  stored = null as never;
  await studies.show(['a']);
  expect(studies.loading.state).toBe('failed');
});
