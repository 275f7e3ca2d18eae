// RMSNorm and rotary positions, each with its gradient under it.
import type { TraceBackend } from '../trace-backend.ts';
import type { Lowerings } from './register.ts';

/** (mean(x²) + ε)^(−1/2) of each row, [N, 1]. */
function inverseRoot({ graph }: TraceBackend, x: string, epsilon: number): string {
  const meanSquare = graph.node('ReduceMean', [graph.node('Mul', [x, x]), graph.indices([1])], { keepdims: 1 });
  return graph.node('Reciprocal', [graph.node('Sqrt', [graph.node('Add', [meanSquare, graph.scalar(epsilon)])])]);
}

/** Tables [T, d] for y = x·cosine + turned(x)·sine, where turned swaps the halves; the first half's sine carries the sign. */
export function rotaryTables(context: number, width: number, theta: number, inverse: boolean) {
  const half = width / 2;
  const cosine = new Float32Array(context * width);
  const sine = new Float32Array(context * width);
  for (let position = 0; position < context; position++) {
    for (let index = 0; index < width; index++) {
      const angle = position * theta ** (-(index % half) / half);
      const sign = index < half === inverse ? 1 : -1;
      cosine[position * width + index] = Math.cos(angle);
      sine[position * width + index] = sign * Math.sin(angle);
    }
  }
  return { cosine, sine };
}

export const normalisation: Lowerings = {
  RmsNorm: (backend, { x, gain }, { epsilon }) => {
    const { graph } = backend;
    const name = backend.nameOf(x!);
    const unit = graph.node('Mul', [name, inverseRoot(backend, name, epsilon)]);
    return backend.result(graph.node('Mul', [unit, backend.nameOf(gain!)]), x!.shape);
  },

  // With r the inverse root and u = x·r: dgain = Σ dy·u; dx = r·(dy·gain − u·mean(dy·gain·u)).
  RmsNormGradient: (backend, { x, gain, dy }, { epsilon }) => {
    const { graph } = backend;
    const name = backend.nameOf(x!);
    const root = inverseRoot(backend, name, epsilon);
    // Factors in the other order are another node: computed again rather than kept from the forward pass.
    const unit = graph.node('Mul', [root, name]);
    const scaled = graph.node('Mul', [backend.nameOf(dy!), backend.nameOf(gain!)]);
    const overlap = graph.node('ReduceMean', [graph.node('Mul', [scaled, unit]), graph.indices([1])], { keepdims: 1 });
    const across = graph.node('Sub', [scaled, graph.node('Mul', [unit, overlap])]);
    const dGain = graph.node('ReduceSum', [graph.node('Mul', [backend.nameOf(dy!), unit]), graph.indices([0])], {
      keepdims: 0,
    });
    return [backend.result(graph.node('Mul', [across, root]), x!.shape), backend.result(dGain, gain!.shape)];
  },

  Rotary: (backend, { x }, { theta, inverse }) => {
    const { graph } = backend;
    const name = backend.nameOf(x!);
    const [context, width] = x!.shape.slice(-2) as [number, number];
    const { cosine, sine } = rotaryTables(context, width, theta, inverse);
    const table = (values: Float32Array) => graph.constant('float32', [context, width], values);
    const halves = graph.nodes('Split', [name, graph.indices([width / 2, width / 2])], 2, { axis: 3 });
    const turned = graph.node('Concat', [halves[1]!, halves[0]!], { axis: 3 });
    const kept = graph.node('Mul', [name, table(cosine)]);
    return backend.result(graph.node('Add', [kept, graph.node('Mul', [turned, table(sine)])]), x!.shape);
  },
};
