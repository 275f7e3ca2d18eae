import { expect, test } from 'vitest';
import type { ApiEvent, StudyRow } from '../../shared/api.ts';
import type { LabConnection } from '../lab.ts';
import { Measuring } from './measuring.svelte.ts';

const study = (id: string, status: StudyRow['status']) => ({ id, status }) as StudyRow;
const told = (id: string, status: StudyRow['status']): ApiEvent => ({ type: 'study', study: study(id, status) });
const asking = (list: () => Promise<StudyRow[]>) =>
  new Measuring({ studies: { list } } as unknown as LabConnection['api']);

test('studies that run are counted, from the list and from the events after it', async () => {
  const measuring = asking(async () => [study('a', 'running'), study('b', 'queued'), study('c', 'completed')]);
  await measuring.load();
  expect(measuring.count).toBe(1);
  measuring.take(told('b', 'running'));
  measuring.take(told('b', 'running'));
  expect(measuring.count).toBe(2);
  measuring.take(told('a', 'completed'));
  measuring.take({ type: 'study-removed', study: 'b' });
  expect(measuring.count).toBe(0);
});

test('what ended while the lab was away is not counted any more, and a lab that is away changes nothing', async () => {
  const answers = [Promise.resolve([study('a', 'running')]), Promise.reject(new Error('away')), Promise.resolve([])];
  const measuring = asking(() => answers.shift()!);
  await measuring.load();
  await measuring.load();
  expect(measuring.count).toBe(1);
  await measuring.load();
  expect(measuring.count).toBe(0);
});
