import { expect, test } from 'vitest';
import { Capacity } from './capacity.ts';

test('it starts with a quarter more than the mean load', () => {
  expect(new Capacity(64, 8, 2).rows).toBe(20);
});

test('a load above it asks for the run again with room for that load', () => {
  const capacity = new Capacity(64, 8, 2);
  expect(capacity.follow(40)).toBe(false);
  expect(capacity.rows).toBeGreaterThanOrEqual(44);
  expect(capacity.follow(40)).toBe(true);
});

test('no expert needs more rows than there are tokens', () => {
  const capacity = new Capacity(64, 8, 2);
  expect(capacity.follow(64)).toBe(false);
  expect(capacity.rows).toBe(64);
  expect(capacity.follow(64)).toBe(true);
});

test('routing by NaN, more rows than tokens, is not repeated without end', () => {
  const capacity = new Capacity(64, 8, 2);
  expect(capacity.follow(128)).toBe(false);
  expect(capacity.follow(128)).toBe(true);
  expect(capacity.rows).toBe(64);
});

test('it shrinks only after fifty runs that would fit', () => {
  const capacity = new Capacity(64, 8, 2);
  capacity.follow(60);
  const large = capacity.rows;
  for (let run = 0; run < 49; run++) expect(capacity.follow(16)).toBe(true);
  expect(capacity.rows).toBe(large);
  capacity.follow(16);
  expect(capacity.rows).toBe(20);
});

test('every size it takes holds the load with headroom or all tokens', () => {
  const capacity = new Capacity(1000, 16, 4);
  for (let load = 250; load <= 1000; load += 7) {
    capacity.follow(load);
    expect(capacity.rows).toBeGreaterThanOrEqual(Math.min(1000, load * 1.1));
  }
});
