// Embedding rows, and the output layer fused with its loss, each with its gradient under it.
import { elementTypes } from '../proto.ts';
import type { TraceBackend } from '../trace-backend.ts';
import type { Inputs, Lowerings } from './register.ts';

/** ONNX Runtime's index operators agree on int64 alone. */
export const asInt64 = (backend: TraceBackend, ids: Inputs[string]): string =>
  backend.graph.node('Cast', [backend.nameOf(ids)], { to: elementTypes.int64 });

/** Adds values [N, width] to the rows of a table [rows, width] at ids [N, 1] int64; an id may come many times. */
type AddRows = (backend: TraceBackend, table: string, ids: string, values: string, shape: readonly number[]) => string;

/**
 * For the CPU, where ScatterND adds from several threads at once and loses what meets at one row (ONNX Runtime issues 18048, 23396);
 * ScatterElements adds in order. `shape` is that of the values.
 */
export const addRowsInOrder: AddRows = ({ graph }, table, ids, values, shape) =>
  graph.node('ScatterElements', [table, graph.node('Expand', [ids, graph.indices(shape)]), values], {
    axis: 0,
    reduction: 'add',
  });

/** For a GPU, which adds atomically. */
export const addRowsAtomically: AddRows = ({ graph }, table, ids, values) =>
  graph.node('ScatterND', [table, ids, values], { reduction: 'add' });

export const loss = (addRows: AddRows): Lowerings => ({
  Embed: (backend, { table, ids }) =>
    backend.result(backend.graph.node('Gather', [backend.nameOf(table!), asInt64(backend, ids!)], { axis: 0 }), [
      ids!.shape[0]!,
      table!.shape[1]!,
    ]),
  EmbedGradient: (backend, { dy, ids }, { rows }) => {
    const { graph } = backend;
    const [count, width] = dy!.shape as [number, number];
    const zeros = graph.node('Expand', [graph.constant('float32', [1, 1], [0]), graph.indices([rows, width])]);
    const places = graph.node('Reshape', [asInt64(backend, ids!), graph.indices([count, 1])]);
    return backend.result(addRows(backend, zeros, places, backend.nameOf(dy!), dy!.shape), [rows, width]);
  },

  // With P = softmax(logits) and m the row maximum: logsumexp = m − log(max P), which cannot underflow since max P ≥ 1/V.
  LinearCrossEntropy: (backend, { hidden, head, targets }) => {
    const { graph } = backend;
    const count = hidden!.shape[0]!;
    const logits = graph.matmul(backend.nameOf(hidden!), backend.nameOf(head!), false, true);
    const largest = (x: string) => graph.node('ReduceMax', [x, graph.indices([1])], { keepdims: 0 });
    const probabilities = graph.node('Softmax', [logits], { axis: 1 });
    const logSumExp = graph.node('Sub', [largest(logits), graph.node('Log', [largest(probabilities)])]);
    const places = graph.node('Reshape', [asInt64(backend, targets!), graph.indices([count, 1])]);
    const picked = graph.node('GatherElements', [logits, places], { axis: 1 });
    const target = graph.node('Reshape', [picked, graph.indices([count])]);
    return [graph.node('Sub', [logSumExp, target]), logSumExp].map((name) => backend.result(name, [count]));
  },

  // dlogits = w·P − dNll·onehot with w = dNll + dLogSumExp a row; both products take the row weights on their small side:
  // dhidden = w·(P·head) − dNll·head[target];  dhead = Pᵀ·(w·hidden) with −dNll·hidden added at the targets' rows.
  LinearCrossEntropyGradient: (backend, { hidden, head, targets, dNll, dLogSumExp }) => {
    const { graph } = backend;
    const [count, width] = hidden!.shape as [number, number];
    const [x, weights] = [backend.nameOf(hidden!), backend.nameOf(head!)];
    const ids = asInt64(backend, targets!);
    const column = (name: string) => graph.node('Reshape', [name, graph.indices([count, 1])]);
    const fall = column(graph.node('Neg', [backend.nameOf(dNll!)]));
    const rise = column(graph.node('Add', [backend.nameOf(dNll!), backend.nameOf(dLogSumExp!)]));
    const probabilities = graph.node('Softmax', [graph.matmul(x, weights, false, true)], { axis: 1 });
    const spread = graph.node('Mul', [graph.matmul(probabilities, weights), rise]);
    const targetRows = graph.node('Mul', [graph.node('Gather', [weights, ids], { axis: 0 }), fall]);
    const dHead = graph.matmul(probabilities, graph.node('Mul', [x, rise]), true, false);
    const dHeadWithTargets = addRows(backend, dHead, column(ids), graph.node('Mul', [x, fall]), hidden!.shape);
    return [
      backend.result(graph.node('Add', [spread, targetRows]), [count, width]),
      backend.result(dHeadWithTargets, head!.shape),
    ];
  },
});
