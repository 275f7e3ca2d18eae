import { expect, test } from 'vitest';
import { groupRows, groupSlots, route, scatterAlong, takeAlong, ungroupSum } from '../kernels.ts';
import { tf } from '../tf.ts';
import { onReference } from './backend.ts';
import { entries, expectGradients, generator, seed, tensorOf, uniform } from './gradient-check.testing.ts';

function routed(scores: number[][], active: number) {
  return onReference(() =>
    tf.tidy(() => {
      const { chosen, counts, order, inverse, token } = route(tf.tensor2d(scores), active);
      expect(chosen.shape).toEqual([scores.length, active]);
      return {
        chosen: entries(chosen),
        counts: entries(counts),
        order: entries(order),
        inverse: entries(inverse),
        token: entries(token),
      } as unknown as Record<'chosen' | 'counts' | 'order' | 'inverse' | 'token', number[]>;
    }),
  );
}

test('routing by hand: three tokens, three experts, two active; the second token has a tie', () => {
  const scores = [
    [0.2, 0.5, 0.3],
    [0.4, 0.4, 0.2],
    [0.1, 0.1, 0.8],
  ];
  expect(routed(scores, 2)).toEqual({
    chosen: [1, 2, 0, 1, 2, 0],
    counts: [2, 2, 2],
    order: [2, 5, 0, 3, 1, 4],
    inverse: [2, 4, 0, 3, 5, 1],
    token: [1, 2, 0, 1, 0, 2],
  });
});

test('equal scores take the lower experts, masked ones (−∞) come last', () => {
  expect(routed([[7, 7, 7, 7]], 3).chosen).toEqual([0, 1, 2]);
  const none = Number.NEGATIVE_INFINITY;
  expect(routed([[none, 1, none, 2]], 4).chosen).toEqual([3, 1, 0, 2]);
});

test('all tokens on one expert, the others without any', () => {
  const { counts, order } = routed(
    [0, 1, 2, 3].map(() => [0, 0, 9]),
    1,
  );
  expect(counts).toEqual([0, 0, 4]);
  expect(order).toEqual([0, 1, 2, 3]);
});

test('K = E gives every expert every token', () => {
  const { counts, token } = routed(
    [
      [1, 2],
      [2, 1],
    ],
    2,
  );
  expect(counts).toEqual([2, 2]);
  expect(token).toEqual([0, 1, 0, 1]);
});

test(`any routing is a stable sort of the slots by expert (seed ${seed})`, () => {
  const next = generator(seed);
  for (let trial = 0; trial < 20; trial++) {
    const [N, E] = [1 + Math.floor(next() * 7), 1 + Math.floor(next() * 5)];
    const K = 1 + Math.floor(next() * E);
    // Few distinct scores, so that ties are common.
    const scores = Array.from({ length: N }, () => Array.from({ length: E }, () => Math.floor(next() * 3)));
    const { chosen, counts, order, inverse, token } = routed(scores, K);
    const expected = chosen.map((_, slot) => slot).sort((a, b) => chosen[a]! - chosen[b]! || a - b);
    expect(order).toEqual(expected);
    expect(order.map((slot) => inverse[slot])).toEqual(order.map((_, place) => place));
    expect(token).toEqual(order.map((slot) => Math.floor(slot / K)));
    expect(counts).toEqual(Array.from({ length: E }, (_, expert) => chosen.filter((e) => e === expert).length));
    for (let n = 0; n < N; n++) {
      const mine = chosen.slice(n * K, (n + 1) * K);
      const ranked = scores[n]!.map((_, e) => e).sort((a, b) => scores[n]![b]! - scores[n]![a]! || a - b);
      expect(mine).toEqual(ranked.slice(0, K));
    }
  }
});

test('grouping and ungrouping by hand', () =>
  onReference(() =>
    tf.tidy(() => {
      const routing = route(tf.tensor2d([0, 1, 1, 0, 0, 1], [3, 2]), 1);
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      const grouped = groupRows(x, routing, 1);
      expect(entries(grouped)).toEqual([3, 4, 1, 2, 5, 6]);
      expect(entries(ungroupSum(grouped, routing, 1))).toEqual(entries(x));
      expect(entries(groupSlots(tf.tensor2d([7, 8, 9], [3, 1]), routing))).toEqual([8, 7, 9]);

      const both = route(tf.tensor2d([0, 1, 1, 0, 0, 1], [3, 2]), 2);
      expect(entries(ungroupSum(groupRows(x, both, 2), both, 2))).toEqual([2, 4, 6, 8, 10, 12]);
    }),
  ));

test('taking and scattering along by hand', () =>
  onReference(() =>
    tf.tidy(() => {
      const chosen = tf.tensor2d([2, 0, 1, 2], [2, 2], 'int32');
      expect(entries(takeAlong(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), chosen))).toEqual([3, 1, 5, 6]);
      expect(entries(scatterAlong(tf.tensor2d([7, 8, 9, 10], [2, 2]), chosen, 3))).toEqual([8, 0, 7, 0, 9, 10]);
    }),
  ));

test(`moving slots against finite differences (seed ${seed})`, () => {
  const next = generator(seed);
  const scores = uniform(next, [4, 3]);
  const routing = () => route(tensorOf(scores), 2);
  expectGradients((x) => groupRows(x!, routing(), 2), [uniform(next, [4, 3])], next);
  expectGradients((y) => ungroupSum(y!, routing(), 2), [uniform(next, [8, 3])], next);
  expectGradients((x) => groupSlots(x!, routing()), [uniform(next, [4, 2])], next);
  expectGradients((x) => takeAlong(x!, routing().chosen), [uniform(next, [4, 3])], next);
  expectGradients((values) => scatterAlong(values!, routing().chosen, 3), [uniform(next, [4, 2])], next);
});

test('no gradient flows through the choice', () =>
  onReference(() => {
    const pick = (x: ReturnType<typeof tensorOf>) => tf.sum(takeAlong(x, route(x, 1).chosen));
    expect(entries(tf.grad(pick)(tf.tensor2d([1, 3, 2], [1, 3])))).toEqual([0, 1, 0]);
  }));
