// One entry at a time: unary and binary functions, comparisons, selection. Binary ones broadcast.
import { tf } from '../tf.ts';
import { broadcast, type DType, type Kernels, type Named, type NDArray, zeros } from './ndarray.ts';

const unary =
  (f: (x: number) => number) =>
  ({ x }: Named<'x'>): NDArray => {
    const y = zeros(x.shape, x.dtype);
    for (let i = 0; i < y.values.length; i++) y.values[i] = f(x.values[i]!);
    return y;
  };

/** `dtype` is that of the result; without it, that of `a`. */
const binary =
  (f: (a: number, b: number) => number, dtype?: DType) =>
  ({ a, b }: Named<'a' | 'b'>): NDArray => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
    const y = zeros(shape, dtype ?? a.dtype);
    const fromA = broadcast(a.shape, shape);
    const fromB = broadcast(b.shape, shape);
    for (let i = 0; i < y.values.length; i++) y.values[i] = f(a.values[fromA[i]!]!, b.values[fromB[i]!]!);
    return y;
  };

const comparison = (holds: (a: number, b: number) => boolean) => binary((a, b) => Number(holds(a, b)), 'bool');

function addN(inputs: Record<string, NDArray>): NDArray {
  const [first, ...others] = Object.values(inputs);
  return others.reduce((a, b) => add({ a, b }), first!);
}
const add = binary((a, b) => a + b);

/** 0 up to zero (where it is `alpha`·x), 1 above; NaN stays. */
const step = ({ x }: Named<'x'>, { alpha }: { alpha: number }): NDArray =>
  unary((value) => (Number.isNaN(value) ? Number.NaN : value > 0 ? 1 : alpha))({ x });

/** All three of one shape: tf.where has broadcast them. */
function select({ condition, t, e }: Named<'condition' | 't' | 'e'>): NDArray {
  const y = zeros(t.shape, t.dtype);
  for (let i = 0; i < y.values.length; i++) y.values[i] = (condition.values[i] ? t : e).values[i]!;
  return y;
}

function cast({ x }: Named<'x'>, { dtype }: { dtype: DType }): NDArray {
  if (dtype === x.dtype) return x;
  const y = zeros(x.shape, dtype);
  for (let i = 0; i < y.values.length; i++) y.values[i] = dtype === 'bool' ? Number(x.values[i] !== 0) : x.values[i]!;
  return y;
}

export const elementwise: Kernels = {
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Square: unary((x) => x * x),
  Sqrt: unary(Math.sqrt),
  Rsqrt: unary((x) => 1 / Math.sqrt(x)),
  Reciprocal: unary((x) => 1 / x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  LogicalNot: unary((x) => Number(!x)),
  Step: step,

  Add: add,
  AddN: addN,
  Sub: binary((a, b) => a - b),
  Multiply: binary((a, b) => a * b),
  RealDiv: binary((a, b) => a / b, 'float32'),
  Pow: binary((a, b) => a ** b),
  SquaredDifference: binary((a, b) => (a - b) ** 2),
  Maximum: binary(Math.max),
  Minimum: binary(Math.min),

  Equal: comparison((a, b) => a === b),
  Greater: comparison((a, b) => a > b),
  GreaterEqual: comparison((a, b) => a >= b),
  Less: comparison((a, b) => a < b),
  LessEqual: comparison((a, b) => a <= b),
  LogicalAnd: comparison((a, b) => a !== 0 && b !== 0),

  Select: select,
  Cast: cast,
};
