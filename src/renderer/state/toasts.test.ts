import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { Toasts } from './toasts.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const shown = (toasts: Toasts) => toasts.list.map(({ text, others }) => [text, others]);

test('of many warnings one is shown, the critical before the newest, with how many others there were', () => {
  const opened: string[] = [];
  const toasts = new Toasts();
  const warn = (text: string, critical: boolean) =>
    toasts.warn(text, critical, { label: 'Show', run: () => opened.push(text) });
  toasts.fail(new LabError('store', 'The disk is full.'));
  warn('dead', false);
  warn('dead again', false);
  expect(shown(toasts)).toEqual([
    ['The disk is full.', undefined],
    ['dead again', 1],
  ]);
  warn('not finite', true);
  warn('dead once more', false);
  expect(shown(toasts).slice(1)).toEqual([['not finite', 3]]);
  toasts.act(toasts.list[1]!);
  expect(opened).toEqual(['not finite']);
  warn('later', false);
  expect(shown(toasts).slice(1)).toEqual([['later', 0]]);
  vi.runAllTimers();
  expect(shown(toasts)).toEqual([['The disk is full.', undefined]]);
});
