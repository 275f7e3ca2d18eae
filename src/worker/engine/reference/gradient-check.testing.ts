// For tests: gradients of the reference backend against central finite differences in float64, on random inputs.
import { expect } from 'vitest';
import { Generator } from '../../random/generator.ts';
import { type Tensor, tf } from '../tf.ts';
import { onReference } from './backend.ts';
import { size } from './ndarray.ts';

/** A new one for each run of the tests, or SEED from the environment to see a failure again. */
export const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

export interface Values {
  shape: readonly number[];
  values: Float64Array;
}

/** Uniform numbers in (0, 1). */
export function generator(seed: number): () => number {
  const random = new Generator(seed, 'reference tests');
  return () => random.uniform();
}

/** Numbers in (from, to). */
export const uniform = (next: () => number, shape: readonly number[], from = -1.5, to = 1.5): Values => ({
  shape,
  values: Float64Array.from({ length: size(shape) }, () => from + (to - from) * next()),
});

/** Random inputs whose entries all lie apart from each other and from zero, for functions with kinks. */
export function distinct(next: () => number, shapes: readonly (readonly number[])[], from = -1.5, to = 1.4): Values[] {
  const total = shapes.reduce((sum, shape) => sum + size(shape), 0);
  const places = Array.from({ length: total }, (_, place) => ({ place, key: next() }));
  places.sort((a, b) => a.key - b.key);
  const draw = () => from + ((places.pop()!.place + 0.5) / total) * (to - from);
  return shapes.map((shape) => ({ shape, values: Float64Array.from({ length: size(shape) }, draw) }));
}

/** A tensor with the exact float64 entries. */
export const tensorOf = ({ shape, values }: Values): Tensor =>
  tf.engine().makeTensor(values as unknown as Float32Array, [...shape], 'float32');

/** The entries of a tensor as plain numbers. */
export const entries = (tensor: Tensor): number[] => Array.from(tensor.dataSync());

/** Equal to 14 decimals. */
export function expectNear(tensor: Tensor, expected: readonly number[]): void {
  const actual = entries(tensor);
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 14);
}

const step = 1e-5;

/** The gradients of Σ weights·f(inputs) for random weights: the tape's must equal the finite differences. */
export function expectGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Values[],
  next: () => number,
): void {
  onReference(() =>
    tf.tidy(() => {
      const outputShape = f(...inputs.map(tensorOf)).shape;
      const weights = tensorOf(uniform(next, outputShape));
      const weighted = (...tensors: Tensor[]) => tf.sum(tf.mul(f(...tensors), weights));
      const gradients = tf.grads(weighted)(inputs.map(tensorOf)).map(entries);
      const total = () => tf.tidy(() => entries(weighted(...inputs.map(tensorOf)))[0]!);
      for (const [index, { values }] of inputs.entries()) {
        for (let i = 0; i < values.length; i++) {
          const value = values[i]!;
          values[i] = value + step;
          const above = total();
          values[i] = value - step;
          const below = total();
          values[i] = value;
          const numerical = (above - below) / (2 * step);
          const difference = Math.abs(gradients[index]![i]! - numerical);
          const where = `input ${index}, entry ${i}: ${gradients[index]![i]} and by differences ${numerical}, seed ${seed}`;
          expect(difference, where).toBeLessThan(1e-7 * Math.max(1, Math.abs(numerical)));
        }
      }
    }),
  );
}
