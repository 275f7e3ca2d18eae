// Sums, means, maxima and softmax over axes, and matrix products.
import { tf } from '../../tf.ts';
import { elementTypes } from '../proto.ts';
import type { Lowering, Lowerings } from './register.ts';

const reduction =
  (operator: string): Lowering =>
  (backend, { x }, attributes) => {
    const axes = tf.util.parseAxisParam((attributes.axis ?? attributes.reductionIndices) as never, x!.shape);
    const keep = Boolean(attributes.keepDims);
    const shape = x!.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
    const { graph } = backend;
    const name = backend.nameOf(x!);
    if (axes.length === 0) return backend.result(graph.node('Identity', [name]), x!.shape, x!.dtype);

    return backend.result(
      graph.node(operator, [name, graph.indices(axes)], { keepdims: Number(keep) }),
      shape,
      x!.dtype,
    );
  };

export const reductions: Lowerings = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  // Of equal entries the first.
  ArgMax: (backend, { x }, { axis }) => {
    const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const places = backend.graph.node('ArgMax', [backend.nameOf(x!)], { axis: along, keepdims: 0 });
    const shape = x!.shape.filter((_, index) => index !== along);
    return backend.result(backend.graph.node('Cast', [places], { to: elementTypes.int32 }), shape, 'int32');
  },
  Softmax: (backend, { logits }, { dim }) =>
    backend.result(
      backend.graph.node('Softmax', [backend.nameOf(logits!)], { axis: dim < 0 ? logits!.shape.length + dim : dim }),
      logits!.shape,
    ),
  LogSoftmax: (backend, { logits }) =>
    backend.result(backend.graph.node('LogSoftmax', [backend.nameOf(logits!)], { axis: -1 }), logits!.shape),
  BatchMatMul: (backend, { a, b }, { transposeA, transposeB }) => {
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    const rows = a!.shape.at(transposeA ? -1 : -2)!;
    const columns = b!.shape.at(transposeB ? -2 : -1)!;
    return backend.result(backend.graph.matmul(backend.nameOf(a!), backend.nameOf(b!), transposeA, transposeB), [
      ...batch,
      rows,
      columns,
    ]);
  },
};
