// Causal attention in blocks of queries: block i meets the keys up to its own end alone, so that about half of the products
// that the mask would waste are never made. q, k, v [B, H, T, d].
import type { TraceBackend } from '../trace-backend.ts';
import type { Lowerings } from './register.ts';

/** Blocks of at least this many queries: below, the products are too small to pay for their nodes. */
const smallestBlock = 64;
const mostBlocks = 8;

const hidden = -1e9;

interface Block {
  start: number;
  end: number;
  /** Probabilities [B, H, end − start, end]. */
  probabilities: string;
}

const slice = ({ graph }: TraceBackend, x: string, start: number, end: number, context: number): string =>
  start === 0 && end === context
    ? x
    : graph.node('Slice', [x, graph.indices([start]), graph.indices([end]), graph.indices([2])]);

/** The attention probabilities block by block; asked again by the gradient, the graph answers with the same nodes. */
function blocks(backend: TraceBackend, query: string, key: string, shape: readonly number[]): Block[] {
  const { graph } = backend;
  const [context, width] = shape.slice(-2) as [number, number];
  const count = Math.max(1, Math.min(mostBlocks, Math.floor(context / smallestBlock)));
  return Array.from({ length: count }, (_, index) => {
    const start = Math.floor((index * context) / count);
    const end = Math.floor(((index + 1) * context) / count);
    const queries = slice(backend, query, start, end, context);
    const keys = slice(backend, key, 0, end, context);
    const scores = graph.matmul(queries, keys, false, true, 1 / Math.sqrt(width));
    const mask = new Float32Array((end - start) * end);
    for (let row = 0; row < end - start; row++) mask.fill(hidden, row * end + start + row + 1, (row + 1) * end);
    const masked = graph.node('Add', [scores, graph.constant('float32', [end - start, end], mask)]);
    return { start, end, probabilities: graph.node('Softmax', [masked], { axis: 3 }) };
  });
}

/** Sum of parts that each cover keys 0..end: the longest is the last. */
function addPrefixes(backend: TraceBackend, parts: readonly { end: number; name: string }[], context: number): string {
  const { graph } = backend;
  const ends = parts.map(({ end }) => end);
  const segments = ends.map((end, index) => {
    const start = index === 0 ? 0 : ends[index - 1]!;
    const covering = parts.slice(index).map(({ name, end: length }) => slice(backend, name, start, end, length));
    return covering.length === 1 ? covering[0]! : covering.reduce((sum, part) => graph.node('Add', [sum, part]));
  });
  return segments.length === 1 || context === 0 ? segments[0]! : graph.node('Concat', segments, { axis: 2 });
}

export const attention: Lowerings = {
  CausalAttention: (backend, { query, key, value }) => {
    const { graph } = backend;
    const context = query!.shape[2]!;
    const values = backend.nameOf(value!);
    const parts = blocks(backend, backend.nameOf(query!), backend.nameOf(key!), query!.shape).map(
      ({ end, probabilities }) => graph.matmul(probabilities, slice(backend, values, 0, end, context)),
    );
    const name = parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: 2 });
    return backend.result(name, query!.shape);
  },

  // dP = dy·vᵀ; dS = P·(dP − rowsum(dy·y)); dq = dS·k/√d; dk = dSᵀ·q/√d; dv = Pᵀ·dy (FlashAttention 2205.14135, app. B).
  CausalAttentionGradient: (backend, { query, key, value, output, dy }) => {
    const { graph } = backend;
    const [context, width] = query!.shape.slice(-2) as [number, number];
    const scale = 1 / Math.sqrt(width);
    const [q, k, v, y, gradient] = [query, key, value, output, dy].map((tensor) => backend.nameOf(tensor!)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const overlap = graph.node('ReduceSum', [graph.node('Mul', [gradient, y]), graph.indices([3])], { keepdims: 1 });
    const parts = blocks(backend, q, k, query!.shape).map(({ start, end, probabilities }) => {
      const rows = (name: string) => slice(backend, name, start, end, context);
      const keys = (name: string) => slice(backend, name, 0, end, context);
      const dProbabilities = graph.matmul(rows(gradient), keys(v), false, true);
      const dScores = graph.node('Mul', [probabilities, graph.node('Sub', [dProbabilities, rows(overlap)])]);
      return {
        end,
        query: graph.matmul(dScores, keys(k), false, false, scale),
        key: graph.matmul(dScores, rows(q), true, false, scale),
        value: graph.matmul(probabilities, rows(gradient), true, false),
      };
    });
    const queries = parts.map((part) => part.query);
    const dQuery = queries.length === 1 ? queries[0]! : graph.node('Concat', queries, { axis: 2 });
    const sum = (part: 'key' | 'value') =>
      addPrefixes(
        backend,
        parts.map(({ end, [part]: name }) => ({ end, name })),
        context,
      );
    return [dQuery, sum('key'), sum('value')].map((name) => backend.result(name, query!.shape));
  },
};
