// The grouped kernels for a CPU: each expert has just the rows routed to it, as a tensor of its own. Nothing is padded and
// nothing dropped, also when all tokens go to one expert; each expert's small tensors stay in the processor's cache.
import type { TraceBackend } from '../trace-backend.ts';
import { asInt64 } from './loss.ts';
import type { Inputs, Lowerings } from './register.ts';

/** The rows of [S, …] or the entries of [S] that belong to each expert. */
const split = (backend: TraceBackend, x: string, counts: Inputs[string]): string[] =>
  backend.graph.nodes('Split', [x, asInt64(backend, counts)], counts.shape[0]!, { axis: 0 });

const join = (backend: TraceBackend, pieces: readonly string[]): string =>
  pieces.length === 1 ? pieces[0]! : backend.graph.node('Concat', pieces, { axis: 0 });

/** The grouped rows as one; of a partial routing with a row of zeros after the last, where its dropped slots point. */
function joinRows(backend: TraceBackend, y: Inputs[string], partial: boolean): string {
  const pieces = backend.piecesOf(y);
  if (!partial) return join(backend, pieces);
  const width = y.shape[1]!;
  return join(backend, [...pieces, backend.graph.constant('float32', [1, width], new Array(width).fill(0))]);
}

const gather = (backend: TraceBackend, x: string, indices: string): string =>
  backend.graph.node('Gather', [x, indices], { axis: 0 });

export const expertsRagged: Lowerings = {
  // The sort key slot + S·expert is unique, so the order is the stable one.
  MoeRoute: (backend, { scores }, { active }) => {
    const { graph } = backend;
    const [N, E] = scores!.shape as [number, number];
    const S = N * active;
    const [, chosen] = graph.nodes('TopK', [backend.nameOf(scores!), graph.indices([active])], 2, {
      axis: -1,
      largest: 1,
      sorted: 1,
    });
    const expert = graph.node('Reshape', [chosen!, graph.indices([S])]);
    const slots = graph.indices(Array.from({ length: S }, (_, slot) => slot));
    const key = graph.node('Add', [graph.node('Mul', [expert, graph.indices([S])]), slots]);
    const [, order] = graph.nodes('TopK', [key, graph.indices([S])], 2, { axis: 0, largest: 0, sorted: 1 });
    const inverse = graph.node('ScatterElements', [slots, order!, slots], { axis: 0 });
    const token = graph.node('Div', [order!, graph.indices([active])]);
    const zeros = graph.constant('int64', [E], new Array(E).fill(0));
    const ones = graph.node('Expand', [graph.indices([1]), graph.indices([S])]);
    const counts = graph.node('ScatterElements', [zeros, expert, ones], { axis: 0, reduction: 'add' });
    const int32 = (name: string, shape: number[]) =>
      backend.result(graph.node('Cast', [name], { to: 6 }), shape, 'int32');
    return [
      int32(chosen!, [N, active]),
      int32(counts, [E]),
      int32(order!, [S]),
      int32(inverse, [S]),
      int32(token, [S]),
    ];
  },
  // The dropped slots are sorted behind the last expert and cut off: `order` and `token` are shorter than their declared shape.
  DropSlots: (backend, { chosen, kept, counts }) => {
    const { graph } = backend;
    const [N, K] = chosen!.shape as [number, number];
    const E = counts!.shape[0]!;
    const S = N * K;
    const expert = graph.node('Reshape', [asInt64(backend, chosen!), graph.indices([S])]);
    const stays = graph.node('Reshape', [graph.node('Cast', [backend.nameOf(kept!)], { to: 9 }), graph.indices([S])]);
    const group = graph.node('Where', [stays, expert, graph.indices([E])]);
    const slots = graph.indices(Array.from({ length: S }, (_, slot) => slot));
    const key = graph.node('Add', [graph.node('Mul', [group, graph.indices([S])]), slots]);
    const [, sorted] = graph.nodes('TopK', [key, graph.indices([S])], 2, { axis: 0, largest: 0, sorted: 1 });
    const places = graph.node('ScatterElements', [slots, sorted!, slots], { axis: 0 });
    const zeros = graph.constant('int64', [E + 1], new Array(E + 1).fill(0));
    const ones = graph.node('Expand', [graph.indices([1]), graph.indices([S])]);
    const loads = graph.node('ScatterElements', [zeros, group, ones], { axis: 0, reduction: 'add' });
    const left = graph.node('Slice', [loads, graph.indices([0]), graph.indices([E])]);
    const total = graph.node('ReduceSum', [left, graph.indices([0])], { keepdims: 1 });
    const order = graph.node('Slice', [sorted!, graph.indices([0]), total]);
    const token = graph.node('Div', [order, graph.indices([K])]);
    const int32 = (name: string, length: number) =>
      backend.result(graph.node('Cast', [name], { to: 6 }), [length], 'int32');
    return [int32(left, E), int32(order, S), int32(graph.node('Min', [places, total]), S), int32(token, S)];
  },
  TakeAlong: (backend, { x, chosen }) =>
    backend.result(
      backend.graph.node('GatherElements', [backend.nameOf(x!), asInt64(backend, chosen!)], { axis: 1 }),
      chosen!.shape,
    ),
  ScatterAlong: (backend, { values, chosen }, { size }) => {
    const { graph } = backend;
    const shape = [chosen!.shape[0]!, size];
    const zeros = graph.node('Expand', [graph.constant('float32', [1, 1], [0]), graph.indices(shape)]);
    const inputs = [zeros, asInt64(backend, chosen!), backend.nameOf(values!)];
    return backend.result(graph.node('ScatterElements', inputs, { axis: 1 }), shape);
  },
  GroupRows: (backend, { x, counts, token }) => {
    const rows = split(backend, asInt64(backend, token!), counts!);
    const pieces = rows.map((indices) => gather(backend, backend.nameOf(x!), indices));
    return backend.grouped(pieces, [token!.shape[0]!, x!.shape[1]!]);
  },
  UngroupSum: (backend, { y, inverse }, { active, partial }) => {
    const { graph } = backend;
    const [S, width] = y!.shape as [number, number];
    const rows = gather(backend, joinRows(backend, y!, partial), asInt64(backend, inverse!));
    const byToken = graph.node('Reshape', [rows, graph.indices([S / active, active, width])]);
    return backend.result(graph.node('ReduceSum', [byToken, graph.indices([1])], { keepdims: 0 }), [S / active, width]);
  },
  GroupSlots: (backend, { x, counts, order }) => {
    const { graph } = backend;
    const S = order!.shape[0]!;
    const column = graph.node('Reshape', [backend.nameOf(x!), graph.indices([S, 1])]);
    const slots = split(backend, asInt64(backend, order!), counts!);
    return backend.grouped(
      slots.map((indices) => gather(backend, column, indices)),
      [S, 1],
    );
  },
  UngroupSlots: (backend, { y, inverse }, { active, partial }) => {
    const S = y!.shape[0]!;
    const slots = gather(backend, joinRows(backend, y!, partial), asInt64(backend, inverse!));
    const shape = [S / active, active];
    return backend.result(backend.graph.node('Reshape', [slots, backend.graph.indices(shape)]), shape);
  },
  GroupedMatMul: (backend, inputs, { transpose }) => {
    const [x, , ...weights] = Object.values(inputs);
    const pieces = backend
      .piecesOf(x!)
      .map((rows, index) => backend.graph.matmul(rows, backend.nameOf(weights[index]!), false, transpose));
    return backend.grouped(pieces, [x!.shape[0]!, weights[0]!.shape[transpose ? 0 : 1]!]);
  },
  GroupedOuter: (backend, { x, dy }) => {
    const right = backend.piecesOf(dy!);
    return backend
      .piecesOf(x!)
      .map((rows, index) =>
        backend.result(backend.graph.matmul(rows, right[index]!, true, false), [x!.shape[1]!, dy!.shape[1]!]),
      );
  },
};
