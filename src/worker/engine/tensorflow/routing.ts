// Which experts a token takes, and the way there and back. N tokens, K active, S = N·K slots (slot = token·K + rank). The sort of the
// slots happens on the host, exact and stable: one read of the choice a layer, the only wait for a GPU in a step.
import type { Held } from './binding.ts';
import type { Inputs, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

type Routing = 'counts' | 'order' | 'inverse' | 'token';

interface Attributes {
  active: number;
  /** Slots were dropped, and point behind the last row. */
  partial?: boolean;
}

/** The kept slots ordered by expert, as [counts, order, inverse, token]; a dropped one points behind the last place. */
function sortSlots(
  operations: Operations,
  experts: ArrayLike<number>,
  E: number,
  K: number,
  kept?: ArrayLike<number>,
): Held[] {
  const S = experts.length;
  const stays = (slot: number) => kept === undefined || kept[slot] !== 0;
  const counts = new Int32Array(E);
  for (let slot = 0; slot < S; slot++) if (stays(slot)) counts[experts[slot]!]! += 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const next = new Int32Array(E);
  for (let expert = 1; expert < E; expert++) next[expert] = next[expert - 1]! + counts[expert - 1]!;
  const [order, token] = [new Int32Array(total), new Int32Array(total)];
  const inverse = new Int32Array(S).fill(total);
  for (let slot = 0; slot < S; slot++) {
    if (!stays(slot)) continue;
    const place = next[experts[slot]!]!++;
    order[place] = slot;
    inverse[slot] = place;
    token[place] = Math.floor(slot / K);
  }
  return [counts, order, inverse, token].map((values) => operations.tensor(values, [values.length]));
}

/** scores [N, E] → [chosen [N, K], counts [E], order [S], inverse [S], token [S]]; equal scores take the lower expert first. */
function moeRoute(operations: Operations, { scores }: Inputs<'scores'>, { active: K }: Attributes): Held[] {
  const [, best] = operations.runMany('TopKV2', [scores, operations.int(K)], 2, { sorted: true });
  const experts = operations.values(best!);
  // From the host's copy: TensorFlow does whole-number arithmetic on the host, and would fetch it from a GPU again each time.
  const chosen = operations.tensor(experts, best!.shape);
  return [chosen, ...sortSlots(operations, experts, scores.shape[1]!, K)];
}

/** chosen and kept [N, K] → [counts [E], order, inverse [S], token], where order and token have the kept slots only. */
const dropSlots = (operations: Operations, { chosen, kept, counts }: Inputs<'chosen' | 'kept' | Routing>): Held[] =>
  sortSlots(operations, operations.values(chosen), counts.shape[0]!, chosen.shape[1]!, operations.values(kept));

/** x [N, a] → [S, a]. */
const groupRows = (operations: Operations, { x, token }: Inputs<'x' | Routing>): Held => operations.gather(x, token);

/** The rows of y by slot, zeros for dropped ones. */
function bySlot(operations: Operations, { y, inverse }: Inputs<'y' | Routing>, partial = false): Held {
  if (!partial) return operations.gather(y, inverse);
  const zeros = operations.run('Fill', [operations.ints([1, y.shape[1]!]), operations.float(0)]);
  return operations.gather(operations.concat([y, zeros], 0), inverse);
}

/** y [S, a] → [N, a]: each token's K rows side by side, then their sum; always in the same order. */
function ungroupSum(operations: Operations, inputs: Inputs<'y' | Routing>, { active: K, partial }: Attributes): Held {
  const rows = bySlot(operations, inputs, partial);
  return K === 1 ? rows : operations.sum(operations.reshape(rows, [-1, K, inputs.y.shape[1]!]), 1);
}

/** x [N, K] → [S, 1]. */
const groupSlots = (operations: Operations, { x, order }: Inputs<'x' | Routing>): Held =>
  operations.gather(operations.reshape(x, [-1, 1]), order);

/** y [S, 1] → [N, K]. */
const ungroupSlots = (operations: Operations, inputs: Inputs<'y' | Routing>, { active, partial }: Attributes): Held =>
  operations.reshape(bySlot(operations, inputs, partial), [-1, active]);

/** The place of every chosen entry in a flat [N, E], as [S, 1]. */
function places(operations: Operations, chosen: Held, E: number): Held {
  const N = chosen.shape[0]!;
  const firsts = operations.constant(`row starts ${N} ${E}`, () => ({
    values: Int32Array.from({ length: N }, (_, row) => row * E),
    shape: [N, 1],
  }));
  return operations.reshape(operations.add(chosen, firsts), [-1, 1]);
}

/** y[n, k] = x[n, chosen[n, k]]. */
function takeAlong(operations: Operations, { x, chosen }: Inputs<'x' | 'chosen'>): Held {
  const at = operations.reshape(places(operations, chosen, x.shape[1]!), chosen.shape);
  return operations.gather(operations.reshape(x, [-1]), at);
}

/** x[n, chosen[n, k]] = values[n, k], zero elsewhere; no place is named twice. */
function scatterAlong(
  operations: Operations,
  { values, chosen }: Inputs<'values' | 'chosen'>,
  { size: E }: { size: number },
): Held {
  const N = chosen.shape[0]!;
  const inputs = [places(operations, chosen, E), operations.reshape(values, [-1]), operations.ints([N * E])];
  return operations.reshape(operations.run('ScatterNd', inputs), [N, E]);
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
