import { expect, test } from 'vitest';
import { notRetained, type Retention, retentionSchema } from './retention.ts';

const checkpoints = [10, 20, 25, 30, 40, 50].map((step) => ({ step }));
const gone = (retention: Retention, scheduled = 10) =>
  notRetained(checkpoints, retention, scheduled).map(({ step }) => step);

test('all are kept, or the newest and every so manieth of the scheduled ones', () => {
  expect(gone('all')).toEqual([]);
  expect(gone({ newest: 2, every: 0 })).toEqual([10, 20, 25, 30]);
  expect(gone({ newest: 1, every: 2 })).toEqual([10, 25, 30]);
  expect(gone({ newest: 1, every: 1 })).toEqual([25]);
  expect(gone({ newest: 6, every: 0 })).toEqual([]);
  expect(gone({ newest: 1, every: 2 }, 0)).toEqual([10, 20, 25, 30, 40]);
});

test('the newest by the order of writing are kept, whatever their step', () => {
  expect(notRetained([{ step: 40 }, { step: 10 }], { newest: 1, every: 0 }, 10)).toEqual([{ step: 40 }]);
});

test('a setting that would keep none is none', () => {
  expect(retentionSchema.safeParse({ newest: 0, every: 1 }).success).toBe(false);
});
