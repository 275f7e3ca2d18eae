// SwiGLU and row scaling, plain or grouped: a grouped tensor is treated piece by piece.
import type { TraceBackend, TraceInfo } from '../trace-backend.ts';
import type { Inputs, Lowerings } from './register.ts';

/** Applies a formula to tensors of equal grouping; each of its results becomes a tensor of the shape beside it. */
function mapPieces(
  backend: TraceBackend,
  inputs: readonly Inputs[string][],
  shapes: readonly (readonly number[])[],
  formula: (names: string[]) => string[],
): TraceInfo[] {
  if (!backend.isGrouped(inputs[0]!)) {
    const names = formula(inputs.map((input) => backend.nameOf(input)));
    return shapes.map((shape, index) => backend.result(names[index]!, shape));
  }
  const pieces = inputs.map((input) => backend.piecesOf(input));
  const results = pieces[0]!.map((_, index) => formula(pieces.map((list) => list[index]!)));
  return shapes.map((shape, output) =>
    backend.grouped(
      results.map((names) => names[output]!),
      shape,
    ),
  );
}

export const gated: Lowerings = {
  SwiGlu: (backend, { gate, up }) => {
    const { graph } = backend;
    return mapPieces(backend, [gate!, up!], [gate!.shape], ([g, u]) => [
      graph.node('Mul', [graph.node('Mul', [g!, graph.node('Sigmoid', [g!])]), u!]),
    ])[0]!;
  },
  // With s = sigmoid(g) and a = g·s: dup = dy·a; dgate = dy·u·(s + a − a·s).
  SwiGluGradient: (backend, { gate, up, dy }) => {
    const { graph } = backend;
    return mapPieces(backend, [gate!, up!, dy!], [gate!.shape, up!.shape], ([g, u, d]) => {
      const sigmoid = graph.node('Sigmoid', [g!]);
      // Factors in the other order are another node: computed again rather than kept from the forward pass.
      const silu = graph.node('Mul', [sigmoid, g!]);
      const slope = graph.node('Sub', [graph.node('Add', [sigmoid, silu]), graph.node('Mul', [silu, sigmoid])]);
      return [graph.node('Mul', [graph.node('Mul', [d!, u!]), slope]), graph.node('Mul', [d!, silu])];
    });
  },
  ScaleRows: (backend, { x, scale }) =>
    mapPieces(backend, [x!, scale!], [x!.shape], ([rows, numbers]) => [
      backend.graph.node('Mul', [rows!, numbers!]),
    ])[0]!,
  ScaleRowsGradient: (backend, { x, scale, dy }) => {
    const { graph } = backend;
    return mapPieces(backend, [x!, scale!, dy!], [x!.shape, scale!.shape], ([rows, numbers, d]) => [
      graph.node('Mul', [d!, numbers!]),
      graph.node('ReduceSum', [graph.node('Mul', [d!, rows!]), graph.indices([-1])], { keepdims: 1 }),
    ]);
  },
};
