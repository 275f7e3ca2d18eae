// The grouped kernels for a GPU: E blocks of a static capacity C, so that nothing waits for the host. A slot's cell is
// C·expert + its rank among the expert's slots. Cells without a slot hold a copy of token 0 with gate 0, so they add nothing to a
// sum or a gradient. A load above C makes the whole result wrong: the engine sees it in the largest load and runs again with a larger C.
import type { TraceBackend } from '../trace-backend.ts';
import { expertsRagged } from './experts-ragged.ts';
import type { Inputs, Lowerings } from './register.ts';

const cellsOf = (backend: TraceBackend, counts: Inputs[string]) => counts.shape[0]! * backend.capacity;

const grouped = (backend: TraceBackend, flat: string, experts: number, width: number, slots: number) => {
  const shape = backend.graph.indices([experts, backend.capacity, width]);
  return backend.grouped([backend.graph.node('Reshape', [flat, shape])], [slots, width]);
};

const only = (backend: TraceBackend, tensor: Inputs[string]): string => backend.piecesOf(tensor)[0]!;

const gather = (backend: TraceBackend, x: string, indices: string): string =>
  backend.graph.node('Gather', [x, indices], { axis: 0 });

export const expertsPadded: Lowerings = {
  TakeAlong: expertsRagged.TakeAlong!,
  ScatterAlong: expertsRagged.ScatterAlong!,

  // K rounds of arg max, the winner masked out of the next: a tie goes to the lower expert, as in a stable sort.
  MoeRoute: (backend, { scores }, { active }) => {
    const { graph } = backend;
    const [N, E] = scores!.shape as [number, number];
    const S = N * active;
    const experts = graph.constant(
      'int64',
      [1, E],
      Array.from({ length: E }, (_, expert) => expert),
    );
    let left = backend.nameOf(scores!);
    const winners: string[] = [];
    const marks: string[] = [];
    for (let rank = 0; rank < active; rank++) {
      const winner = graph.node('ArgMax', [left], { axis: 1, keepdims: 1, select_last_index: 0 });
      const mark = graph.node('Cast', [graph.node('Equal', [winner, experts])], { to: 1 });
      winners.push(winner);
      marks.push(graph.node('Reshape', [mark, graph.indices([N, 1, E])]));
      left = graph.node('Sub', [left, graph.node('Mul', [mark, graph.scalar(1e30)])]);
    }
    const join = (parts: string[]) => (parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: 1 }));
    const chosen = join(winners);
    const oneHot = graph.node('Reshape', [join(marks), graph.indices([S, E])]);
    const before = graph.node('CumSum', [oneHot, graph.constant('int32', [], [0])], { exclusive: 1 });
    const rank = graph.node('ReduceSum', [graph.node('Mul', [before, oneHot]), graph.indices([1])], { keepdims: 0 });
    const loads = graph.node('ReduceSum', [oneHot, graph.indices([0])], { keepdims: 0 });
    backend.loads.push(loads);
    // Past its capacity a slot would land in the next expert's block; the run is repeated then, but must not fault first.
    const inside = graph.node('Min', [
      graph.node('Cast', [rank], { to: 6 }),
      graph.constant('int32', [], [backend.capacity - 1]),
    ]);
    const expert = graph.node('Cast', [graph.node('Reshape', [chosen, graph.indices([S])])], { to: 6 });
    const block = graph.node('Mul', [expert, graph.constant('int32', [], [backend.capacity])]);
    const inverse = graph.node('Add', [block, inside]);
    const places = graph.node('Reshape', [graph.node('Cast', [inverse], { to: 7 }), graph.indices([S, 1])]);
    const cells = E * backend.capacity;
    const scatter = (values: number[], start: number) => {
      const empty = graph.node('Expand', [graph.constant('float32', [1], [start]), graph.indices([cells])]);
      return graph.node('ScatterND', [empty, places, graph.constant('float32', [S], values)]);
    };
    const slots = Array.from({ length: S }, (_, slot) => slot);
    const order = scatter(slots, S);
    const token = scatter(
      slots.map((slot) => Math.floor(slot / active)),
      0,
    );
    const int32 = (name: string, shape: number[]) =>
      backend.result(graph.node('Cast', [name], { to: 6 }), shape, 'int32');
    return [
      int32(chosen, [N, active]),
      int32(loads, [E]),
      int32(order, [cells]),
      backend.result(inverse, [S], 'int32'),
      int32(token, [cells]),
    ];
  },

  // The blocks stay as they are, so dropped slots are computed nevertheless: their gates of 0 are what drops them.
  DropSlots: (backend, { chosen, kept, counts, order, inverse, token }) => {
    const { graph } = backend;
    const [N, K] = chosen!.shape as [number, number];
    const E = counts!.shape[0]!;
    const slots = graph.node('Reshape', [backend.nameOf(chosen!), graph.indices([N * K, 1])]);
    const experts = graph.constant('int32', [1, E], [...new Array(E).keys()]);
    const mark = graph.node('Cast', [graph.node('Equal', [slots, experts])], { to: 1 });
    const stays = graph.node('Reshape', [
      graph.node('Cast', [backend.nameOf(kept!)], { to: 1 }),
      graph.indices([N * K, 1]),
    ]);
    const left = graph.node('ReduceSum', [graph.node('Mul', [mark, stays]), graph.indices([0])], { keepdims: 0 });
    const same = (tensor: Inputs[string]) => backend.result(backend.nameOf(tensor), tensor.shape, 'int32');
    return [
      backend.result(graph.node('Cast', [left], { to: 6 }), [E], 'int32'),
      same(order!),
      same(inverse!),
      same(token!),
    ];
  },

  GroupRows: (backend, { x, counts, inverse, token }) => {
    const rows = gather(backend, backend.nameOf(x!), backend.nameOf(token!));
    return grouped(backend, rows, counts!.shape[0]!, x!.shape[1]!, inverse!.shape[0]!);
  },
  UngroupSum: (backend, { y, counts, inverse }, { active }) => {
    const { graph } = backend;
    const [S, width] = y!.shape as [number, number];
    const flat = graph.node('Reshape', [only(backend, y!), graph.indices([cellsOf(backend, counts!), width])]);
    const byToken = graph.node('Reshape', [
      gather(backend, flat, backend.nameOf(inverse!)),
      graph.indices([S / active, active, width]),
    ]);
    return backend.result(graph.node('ReduceSum', [byToken, graph.indices([1])], { keepdims: 0 }), [S / active, width]);
  },
  // Slot S is a zero: what a cell without a slot reads.
  GroupSlots: (backend, { x, counts, order, inverse }) => {
    const { graph } = backend;
    const S = inverse!.shape[0]!;
    const column = graph.node('Reshape', [backend.nameOf(x!), graph.indices([S, 1])]);
    const withZero = graph.node('Concat', [column, graph.constant('float32', [1, 1], [0])], { axis: 0 });
    return grouped(backend, gather(backend, withZero, backend.nameOf(order!)), counts!.shape[0]!, 1, S);
  },
  UngroupSlots: (backend, { y, counts, inverse }, { active }) => {
    const { graph } = backend;
    const S = y!.shape[0]!;
    const flat = graph.node('Reshape', [only(backend, y!), graph.indices([cellsOf(backend, counts!)])]);
    const shape = [S / active, active];
    const slots = gather(backend, flat, backend.nameOf(inverse!));
    return backend.result(graph.node('Reshape', [slots, graph.indices(shape)]), shape);
  },
  GroupedMatMul: (backend, inputs, { transpose }) => {
    const [x, , weight] = Object.values(inputs);
    const product = product3(backend, only(backend, x!), backend.nameOf(weight!), false, transpose);
    return backend.grouped([product], [x!.shape[0]!, weight!.shape[transpose ? 1 : 2]!]);
  },
  GroupedOuter: (backend, { x, dy, counts }) => [
    backend.result(product3(backend, only(backend, x!), only(backend, dy!), true, false), [
      counts!.shape[0]!,
      x!.shape[1]!,
      dy!.shape[1]!,
    ]),
  ],
};

const product3 = ({ graph }: TraceBackend, a: string, b: string, transposeA: boolean, transposeB: boolean) =>
  graph.matmul(a, b, transposeA, transposeB);
