import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairScores } from './pair-order.ts';
import { keptOf, mergePlan, stayingExperts } from './plan.ts';
import { prunedRow } from './pruned-weights.ts';

const scores = Float64Array.of(3, 1, 2, 5, 9, 8, 7, 6);
const removal = { layers: 2, experts: 4, removed: 2, scope: 'layer' as const, reversed: false, layer: null };

test('of each layer the lowest scores go, reversed the highest', () => {
  expect(stayingExperts(scores, removal)).toEqual([
    [0, 3],
    [0, 1],
  ]);
  expect(stayingExperts(scores, { ...removal, reversed: true })).toEqual([
    [1, 2],
    [2, 3],
  ]);
});

test('of one layer alone, the others keep all', () => {
  expect(stayingExperts(scores, { ...removal, layer: 1 })).toEqual([
    [0, 1, 2, 3],
    [0, 1],
  ]);
});

test('of all layers together the lowest go, but the last of a layer stays', () => {
  expect(stayingExperts(scores, { ...removal, scope: 'global', removed: 4 })).toEqual([[3], [0, 1, 2]]);
});

test('of equal scores the later goes', () => {
  expect(stayingExperts(new Float64Array(4), { ...removal, layers: 1 })).toEqual([[0, 1]]);
});

test('as many go as are asked for, and each layer keeps one', () => {
  const shape = fc.record({ layers: fc.integer({ min: 1, max: 5 }), experts: fc.integer({ min: 2, max: 6 }) });
  fc.assert(
    fc.property(
      shape,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      fc.nat(),
      fc.boolean(),
      ({ layers, experts }, stream, draw, reversed) => {
        const values = Float64Array.from([...stream.take(layers * experts)]);
        const removed = 1 + (draw % (layers * (experts - 1)));
        const kept = stayingExperts(values, { layers, experts, removed, scope: 'global', reversed, layer: null });
        expect(kept.flat()).toHaveLength(layers * experts - removed);
        expect(Math.min(...kept.map((layer) => layer.length))).toBeGreaterThanOrEqual(1);
      },
    ),
  );
});

/** Symmetric, of the cosines above the diagonal in rows. */
function symmetric(E: number, above: readonly number[]): Float64Array {
  const matrix = new Float64Array(E * E).fill(1);
  let next = 0;
  for (let i = 0; i < E; i++) {
    for (let j = i + 1; j < E; j++) matrix[i * E + j] = matrix[j * E + i] = above[next++]!;
  }
  return matrix;
}

test('of the most similar pair the one with fewer slots goes, then of the most similar pair of the rest', () => {
  const cosines = symmetric(4, [0.9, 0.1, 0.8, 0.2, 0.3, 0.4]);
  // 0 and 1 at 0.9: 1 goes; 0 and 3 at 0.8: 3 goes; 0 and 2 at 0.1: 2 goes.
  expect([...pairScores(cosines, [9, 1, 1, 1])]).toEqual([2, 1 - 0.9, 1 - 0.1, 1 - 0.8]);
  // 0 goes first; of the rest 2 and 3 at 0.4.
  expect([...pairScores(cosines, [0, 9, 8, 1])]).toEqual([1 - 0.9, 2, 1 - 0.2, 1 - 0.4]);
});

/** Of the pair with the largest cosine the one with fewer slots goes, again and again. */
function goingOrder(cosines: Float64Array, counts: number[]): number[] {
  const E = counts.length;
  let left = counts.map((_, expert) => expert);
  const gone: number[] = [];
  while (left.length > 1) {
    const pairs = left.flatMap((i) => left.flatMap((j) => (i < j ? [[i, j] as const] : [])));
    const most = Math.max(...pairs.map(([i, j]) => cosines[i * E + j]!));
    const [i, j] = pairs.find(([i, j]) => cosines[i * E + j] === most)!;
    const goes = counts[i]! < counts[j]! ? i : j;
    gone.push(goes);
    left = left.filter((expert) => expert !== goes);
  }
  return [...gone, ...left];
}

test('scores rise in the order of going, of equal cosines as well', () => {
  const drawn = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: 15, maxLength: 15 });
  const single = drawn(fc.double({ min: -1, max: 1, noNaN: true }));
  const tied = drawn(fc.constantFrom(-1, 0, 0.5, 1));
  fc.assert(
    fc.property(
      fc.oneof(single, tied),
      fc.array(fc.nat(50), { minLength: 6, maxLength: 6 }),
      fc.nat(4),
      (above, counts, more) => {
        const cosines = symmetric(6, above);
        const all = pairScores(cosines, counts);
        const order = goingOrder(cosines, counts);
        for (const [place, expert] of order.entries()) {
          if (place > 0) expect(all[expert]).toBeGreaterThan(all[order[place - 1]!]!);
        }
        const removed = more + 1;
        const [stay] = stayingExperts(all, { ...removal, layers: 1, experts: 6, removed });
        expect(stay).toEqual(order.slice(removed).sort((a, b) => a - b));
      },
    ),
  );
  expect([...pairScores(Float64Array.of(1), [3])]).toEqual([2]);
});

test('the removed join the most similar that stays, weighted by slots', () => {
  const cosines = symmetric(4, [0.9, 0.1, 0.8, 0.2, 0.3, 0.4]);
  const plan = mergePlan([[0, 2]], () => cosines, Float64Array.of(6, 2, 0, 8));
  expect(keptOf(plan)).toEqual([[0, 2]]);
  expect(plan[0]![0]).toEqual([
    { expert: 0, weight: 6 / 16 },
    { expert: 1, weight: 2 / 16 },
    { expert: 3, weight: 8 / 16 },
  ]);
  expect(plan[0]![1]).toEqual([{ expert: 2, weight: 1 }]);
  expect([...prunedRow(Float32Array.of(1, 2, 3, 4), plan[0]!)]).toEqual([2.625, 3]);
});
