// Which experts a token takes, and the way there and back. N tokens, K active, S = N·K slots (slot = token·K + rank);
// grouped arrays have the slots ordered by expert.
import { type Kernels, type Named, type NDArray, zeros } from './ndarray.ts';

type Routing = 'counts' | 'order' | 'inverse' | 'token';

/** The K largest scores of each token, equal scores by lower expert first, then a stable counting sort of the slots by
 * expert. scores [N, E] → [chosen [N, K], counts [E], order [S], inverse [S], token [S]]. */
function moeRoute({ scores }: Named<'scores'>, { active: K }: { active: number }): NDArray[] {
  const [N, E] = scores.shape as [number, number];
  const chosen = zeros([N, K], 'int32');
  const counts = zeros([E], 'int32');
  for (let n = 0; n < N; n++) {
    const score = scores.values.subarray(n * E, (n + 1) * E);
    const ranked = Array.from(score.keys()).sort((i, j) => score[j]! - score[i]! || i - j);
    for (let rank = 0; rank < K; rank++) {
      chosen.values[n * K + rank] = ranked[rank]!;
      counts.values[ranked[rank]!]! += 1;
    }
  }
  const next = new Int32Array(E);
  for (let expert = 1; expert < E; expert++) next[expert] = next[expert - 1]! + counts.values[expert - 1]!;
  const [order, inverse, token] = [zeros([N * K], 'int32'), zeros([N * K], 'int32'), zeros([N * K], 'int32')];
  for (let slot = 0; slot < N * K; slot++) {
    const place = next[chosen.values[slot]!]!++;
    order.values[place] = slot;
    inverse.values[slot] = place;
    token.values[place] = Math.floor(slot / K);
  }
  return [chosen, counts, order, inverse, token];
}

/** The places of the kept slots alone, in the order that they had; a dropped slot's `inverse` is one past the last. kept [N, K]. */
function dropSlots({ chosen, kept, counts, order }: Named<'chosen' | 'kept' | Routing>): NDArray[] {
  const K = chosen.shape[1]!;
  const places = Int32Array.from(order.values as Int32Array).filter((slot) => kept.values[slot] !== 0);
  const left = zeros(counts.shape, 'int32');
  const inverse = zeros([order.shape[0]!], 'int32');
  inverse.values.fill(places.length);
  for (const [place, slot] of places.entries()) {
    left.values[chosen.values[slot]!]!++;
    inverse.values[slot] = place;
  }
  const placed = (values: Int32Array): NDArray => ({ shape: [places.length], dtype: 'int32', values });
  return [left, placed(places), inverse, placed(places.map((slot) => Math.floor(slot / K)))];
}

/** y[place] = x[token[place]]. x [N, a] → [S, a]. */
function groupRows({ x, token }: Named<'x' | Routing>): NDArray {
  const [S, a] = [token.shape[0]!, x.shape[1]!];
  const y = zeros([S, a]);
  for (let place = 0; place < S; place++) {
    for (let i = 0; i < a; i++) y.values[place * a + i] = x.values[token.values[place]! * a + i]!;
  }
  return y;
}

/** x[token[place]] += y[place]. y [S, a] → [N, a]. */
function ungroupSum({ y, token, inverse }: Named<'y' | Routing>, { active }: { active: number }): NDArray {
  const [S, a] = y.shape as [number, number];
  const x = zeros([inverse.shape[0]! / active, a]);
  for (let place = 0; place < S; place++) {
    for (let i = 0; i < a; i++) x.values[token.values[place]! * a + i]! += y.values[place * a + i]!;
  }
  return x;
}

/** y[place] = x[order[place]]. x [N, K] → [S, 1]. */
function groupSlots({ x, order }: Named<'x' | Routing>): NDArray {
  const y = zeros([order.shape[0]!, 1]);
  for (const [place, slot] of order.values.entries()) y.values[place] = x.values[slot]!;
  return y;
}

/** x[order[place]] = y[place]. y [S, 1] → [N, K]. */
function ungroupSlots({ y, order, inverse }: Named<'y' | Routing>, { active }: { active: number }): NDArray {
  const x = zeros([inverse.shape[0]! / active, active]);
  for (const [place, slot] of order.values.entries()) x.values[slot] = y.values[place]!;
  return x;
}

/** y[n, k] = x[n, chosen[n, k]]. x [N, E] → [N, K]. */
function takeAlong({ x, chosen }: Named<'x' | 'chosen'>): NDArray {
  const y = zeros(chosen.shape, x.dtype);
  const [E, K] = [x.shape[1]!, chosen.shape[1]!];
  for (const [slot, expert] of chosen.values.entries()) y.values[slot] = x.values[Math.floor(slot / K) * E + expert]!;
  return y;
}

/** x[n, chosen[n, k]] = values[n, k], zero elsewhere. values [N, K] → [N, E]. */
function scatterAlong({ values, chosen }: Named<'values' | 'chosen'>, { size: E }: { size: number }): NDArray {
  const [N, K] = chosen.shape as [number, number];
  const x = zeros([N, E], values.dtype);
  for (const [slot, expert] of chosen.values.entries()) {
    x.values[Math.floor(slot / K) * E + expert] = values.values[slot]!;
  }
  return x;
}

export const routing: Kernels = {
  MoeRoute: moeRoute,
  DropSlots: dropSlots,
  GroupRows: groupRows,
  UngroupSum: ungroupSum,
  GroupSlots: groupSlots,
  UngroupSlots: ungroupSlots,
  TakeAlong: takeAlong,
  ScatterAlong: scatterAlong,
};
