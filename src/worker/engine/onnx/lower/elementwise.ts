// Element-wise tfjs kernels: one ONNX operator each, or two.

import { tf } from '../../tf.ts';
import { elementTypes } from '../proto.ts';
import { elementType, type TraceBackend } from '../trace-backend.ts';
import type { Inputs, Lowering, Lowerings } from './register.ts';

const broadcast = (a: { shape: number[] }, b: { shape: number[] }) =>
  tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);

function binary(operator: string): Lowering {
  return (backend, { a, b }) => {
    if (backend.isGrouped(a!)) return groupedBinary(backend, operator, a!, b!);
    return backend.result(
      backend.graph.node(operator, [backend.nameOf(a!), backend.nameOf(b!)]),
      broadcast(a!, b!),
      a!.dtype,
    );
  };
}

/** Sums of gradients are the one binary operation that meets grouped tensors. */
function groupedBinary(backend: TraceBackend, operator: string, a: Inputs[string], b: Inputs[string]) {
  const right = backend.piecesOf(b);
  const pieces = backend.piecesOf(a).map((piece, index) => backend.graph.node(operator, [piece, right[index]!]));
  return backend.grouped(pieces, a.shape);
}

const compare =
  (operator: string): Lowering =>
  (backend, { a, b }) =>
    backend.result(backend.graph.node(operator, [backend.nameOf(a!), backend.nameOf(b!)]), broadcast(a!, b!), 'bool');

const unary =
  (...operators: string[]): Lowering =>
  (backend, { x }) =>
    backend.result(
      operators.reduce((name, operator) => backend.graph.node(operator, [name]), backend.nameOf(x!)),
      x!.shape,
      x!.dtype,
    );

export const elementwise: Lowerings = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  Equal: compare('Equal'),
  Neg: unary('Neg'),
  Sqrt: unary('Sqrt'),
  Rsqrt: unary('Sqrt', 'Reciprocal'),
  Reciprocal: unary('Reciprocal'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Abs: unary('Abs'),
  Sign: unary('Sign'),
  Square: (backend, { x }) => {
    const name = backend.nameOf(x!);
    return backend.result(backend.graph.node('Mul', [name, name]), x!.shape, x!.dtype);
  },
  Pow: (backend, { a, b }) =>
    backend.result(backend.graph.node('Pow', [backend.nameOf(a!), backend.nameOf(b!)]), broadcast(a!, b!), a!.dtype),
  Cast: (backend, { x }, { dtype }) => {
    return backend.result(
      backend.graph.node('Cast', [backend.nameOf(x!)], { to: elementTypes[elementType(dtype)] }),
      x!.shape,
      dtype,
    );
  },
  Identity: (backend, { x }) => {
    if (backend.isGrouped(x!)) return backend.grouped(backend.piecesOf(x!), x!.shape);
    return backend.result(backend.nameOf(x!), x!.shape, x!.dtype);
  },
};
