import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { HashSet } from './hash-set.ts';

test('it holds each digest once, and grows', () => {
  const set = new HashSet();
  const digest = (i: number) => createHash('sha256').update(String(i)).digest();
  for (let i = 0; i < 5000; i++) expect(set.add(digest(i))).toBe(true);
  for (let i = 0; i < 5000; i++) expect(set.add(digest(i))).toBe(false);
  expect(set.add(Buffer.alloc(32))).toBe(true);
  expect(set.add(Buffer.alloc(32))).toBe(false);
  expect(set.size).toBe(5001);
});
