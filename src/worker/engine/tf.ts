// TensorFlow.js as the one module object it is: a CommonJS bundle, whose named exports Node cannot see.
import tensorflow, { type Tensor, type Tensor2D } from '@tensorflow/tfjs';

export const tf = tensorflow as typeof import('@tensorflow/tfjs');
export type { Tensor } from '@tensorflow/tfjs';

/** a·b over the last two axes, either transposed; tfjs types it for equal ranks only. */
export const matMul = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor =>
  tf.matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB);
