// One entry at a time: unary and binary functions, comparisons, selection. Binary ones broadcast.
import type { DataType } from '@tensorflow/tfjs';
import type { Held } from './binding.ts';
import type { Inputs, Kernel, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

const unary =
  (operation: string): Kernel =>
  (operations, { x }: Inputs<'x'>) =>
    operations.run(operation, [x]);

const binary =
  (operation: string): Kernel =>
  (operations, { a, b }: Inputs<'a' | 'b'>) =>
    operations.run(operation, [a, b]);

function addN(operations: Operations, inputs: Inputs): Held {
  const terms = Object.values(inputs);
  return operations.run('AddN', terms, { N: terms.length, T: { type: terms[0]!.dtype } });
}

/** 1 above zero, `alpha` up to it. */
const step = (operations: Operations, { x }: Inputs<'x'>, { alpha }: { alpha: number }): Held =>
  operations.run('SelectV2', [
    operations.run('Greater', [x, operations.float(0)]),
    operations.float(1),
    operations.float(alpha),
  ]);

const cast = (operations: Operations, { x }: Inputs<'x'>, { dtype }: { dtype: DataType }): Held =>
  operations.cast(x, dtype);

export const elementwise: Kernels = {
  // tfjs saves inputs for gradients through it: the same data, so that what is kept for a gradient is found again.
  Identity: (_, { x }: Inputs<'x'>) => x,
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sign: unary('Sign'),
  Square: unary('Square'),
  Sqrt: unary('Sqrt'),
  Rsqrt: unary('Rsqrt'),
  Reciprocal: unary('Reciprocal'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  LogicalNot: unary('LogicalNot'),
  ZerosLike: unary('ZerosLike'),
  OnesLike: unary('OnesLike'),
  Step: step,

  Add: binary('AddV2'),
  AddN: addN,
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('RealDiv'),
  Pow: binary('Pow'),
  SquaredDifference: binary('SquaredDifference'),
  Maximum: binary('Maximum'),
  Minimum: binary('Minimum'),

  Equal: binary('Equal'),
  Greater: binary('Greater'),
  GreaterEqual: binary('GreaterEqual'),
  Less: binary('Less'),
  LessEqual: binary('LessEqual'),
  LogicalAnd: binary('LogicalAnd'),

  Select: (operations, { condition, t, e }: Inputs<'condition' | 't' | 'e'>) =>
    operations.run('SelectV2', [condition, t, e]),
  Cast: cast,
};
